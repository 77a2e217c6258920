// What the page uses of LiteRT.js; `python -m convert --web` puts the package's own code beside the built page.
export class Tensor {
  constructor(data: Float32Array, shape: number[]);
  toTypedArray(): Float32Array;
  delete(): void;
}
export interface CompiledModel {
  run(input: Tensor): Promise<Tensor[]>;
  getOutputDetails(): { name: string, shape: ArrayLike<number> }[];
}
export function loadLiteRt(path: string): Promise<unknown>;
export function loadAndCompile(model: string, options: { accelerator: "wasm" }): Promise<CompiledModel>;
