// Reads one handwritten digit on iOS: the pod TensorFlowLiteSwift, digits_int8.tflite as a file, and out of it
// contract.json (`unzip digits_int8.tflite contract.json`). Not compiled and not run where this was written.
import Foundation
import TensorFlowLite

struct Contract: Decodable {
    let format: Int, normalisation: String, labels: [String]
    let temperature: Double, refuse_below: Double
}

/// `label` is nil where the digit is too doubtful to be read; `digit` is the best one all the same.
struct Reading { let label: Int?, digit: Int, confidence: Double }

final class DigitClassifier {
    private let contract: Contract
    private let interpreter: Interpreter

    init(modelPath: String, contract json: Data) throws {
        contract = try JSONDecoder().decode(Contract.self, from: json)
        precondition(contract.format == 1 && contract.normalisation == "mnist-xnist-1",
                     "expected a contract of format 1 for mnist-xnist-1; take the code that fits the model")
        interpreter = try Interpreter(modelPath: modelPath)
        try interpreter.allocateTensors()
    }

    /// Classifies 28x28 bytes row by row, 0 = paper, 255 = ink, as `normalise` makes them.
    func classify(_ image: [UInt8]) throws -> Reading {
        // pixel - 128, as the bits of an int8.
        try interpreter.copy(Data(image.map { $0 &+ 128 }), toInputAt: 0)
        try interpreter.invoke()
        let output = try interpreter.output(at: 0)
        let outputs = output.data.map { Double(Int8(bitPattern: $0)) }
        let step = Double(output.quantizationParameters!.scale) / contract.temperature
        let exponentials = outputs.map { exp(($0 - outputs.max()!) * step) }
        let probabilities = exponentials.map { $0 / exponentials.reduce(0, +) }
        let digit = (0..<10).max { probabilities[$0] < probabilities[$1] }!
        let confidence = probabilities[digit]
        // Output 10 is "not a digit".
        let isRead = confidence >= contract.refuse_below && confidence >= probabilities.dropFirst(10).reduce(0, +)
        return Reading(label: isRead ? digit : nil, digit: digit, confidence: confidence)
    }
}

/// Ink, 0 = paper, row by row, to 28x28 as MNIST has it; the steps are those of models/CONTRACT.md.
func normalise(_ ink: [UInt8], width: Int, height: Int) -> [UInt8] {
    func grey(_ x: Int, _ y: Int) -> Int {
        (0..<width).contains(x) && (0..<height).contains(y) ? Int(ink[y * width + x]) : 0
    }
    let columns = (0..<width).filter { x in (0..<height).contains { grey(x, $0) > 0 } }
    let rows = (0..<height).filter { y in (0..<width).contains { grey($0, y) > 0 } }
    var image = [UInt8](repeating: 0, count: 28 * 28)
    guard let left = columns.first, let right = columns.last, let top = rows.first, let bottom = rows.last else {
        return image
    }
    let side = max(right - left + 1, bottom - top + 1, 10)
    let x0 = left - (side - (right - left + 1)) / 2, y0 = top - (side - (bottom - top + 1)) / 2
    // How much of a cell of the 20x20 lies on a pixel of the square, in 1/20 pixel.
    func overlap(_ cell: Int, _ pixel: Int) -> Int {
        min((cell + 1) * side, (pixel + 1) * 20) - max(cell * side, pixel * 20)
    }
    func under(_ cell: Int) -> ClosedRange<Int> { cell * side / 20...((cell + 1) * side - 1) / 20 }
    var body = (0..<400).map { cell -> Int in
        var sum = 0
        for y in under(cell / 20) {
            for x in under(cell % 20) { sum += grey(x0 + x, y0 + y) * overlap(cell / 20, y) * overlap(cell % 20, x) }
        }
        return Int((Double(sum) / Double(side * side)).rounded())
    }
    let darkest = max(body.max()!, 1)
    body = body.map { Int((Double($0) * 255 / Double(darkest)).rounded()) }
    let mass = Double(body.reduce(0, +))
    func shift(_ place: (Int) -> Int) -> Int {
        let moment = body.indices.reduce(0) { $0 + place($1) * body[$1] }
        return min(max(Int(14.5 - Double(moment) / mass), 0), 8)
    }
    let toRight = shift { $0 % 20 }, toBottom = shift { $0 / 20 }
    for cell in body.indices { image[(toBottom + cell / 20) * 28 + toRight + cell % 20] = UInt8(body[cell]) }
    return image
}
