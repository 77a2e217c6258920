// digits.js and result.js of the app's own page, and say.js: classic scripts, whose functions all scripts have.
interface Shown { lines: { digits: { label: number | null, confidence: number, guess: number | null, box: number[] }[] }[], width: number, height: number }
declare function drawBoxes(svg: Element, record: Shown, tapped: (digit: unknown) => void): void;
declare function showResult(record: Shown, name: string): void;
declare function percentOf(confidence: number): string;
declare function element(name: string, className: string, text: string): HTMLElement;
