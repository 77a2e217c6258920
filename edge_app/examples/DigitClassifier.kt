// Reads one handwritten digit on Android: com.google.ai.edge.litert:litert, and digits_int8.tflite as a file.
package digits

import java.io.File
import java.nio.ByteBuffer
import java.util.zip.ZipFile
import kotlin.math.exp
import org.json.JSONObject
import org.tensorflow.lite.Interpreter

/** `label` is null where the digit is too doubtful to be read; `digit` is the best one all the same. */
class Reading(val label: Int?, val digit: Int, val confidence: Double)

class DigitClassifier(model: File) : AutoCloseable {
    // A .tflite of this project ends in a ZIP archive.
    private val contract = ZipFile(model).use {
        JSONObject(it.getInputStream(it.getEntry("contract.json")).reader().readText())
    }
    private val interpreter = Interpreter(model)

    init {
        require(contract.getInt("format") == 1 && contract.getString("normalisation") == "mnist-xnist-1") {
            "expected a contract of format 1 for mnist-xnist-1, got another; take the code that fits the model"
        }
    }

    /** Classifies 28x28 bytes row by row, 0 = paper, 255 = ink, as `normalise` makes them. */
    fun classify(image: ByteArray): Reading {
        val input = ByteBuffer.allocateDirect(image.size)
        image.forEach { input.put(((it.toInt() and 255) - 128).toByte()) }
        val outputs = arrayOf(ByteArray(contract.getJSONArray("labels").length()))
        interpreter.run(input.rewind(), outputs)
        val step = interpreter.getOutputTensor(0).quantizationParams().scale / contract.getDouble("temperature")
        val largest = outputs[0].fold(-128) { most, output -> maxOf(most, output.toInt()) }
        val exponentials = outputs[0].map { exp((it - largest) * step) }
        val probabilities = exponentials.map { it / exponentials.sum() }
        val digit = (0..9).fold(0) { best, other -> if (probabilities[other] > probabilities[best]) other else best }
        val confidence = probabilities[digit]
        // Output 10 is "not a digit".
        val isRead = confidence >= contract.getDouble("refuse_below") && confidence >= probabilities.drop(10).sum()
        return Reading(if (isRead) digit else null, digit, confidence)
    }

    override fun close() = interpreter.close()
}

/** Ink, 0 = paper, row by row, to 28x28 as MNIST has it; the steps are those of models/CONTRACT.md. */
fun normalise(ink: ByteArray, width: Int, height: Int): ByteArray {
    fun grey(x: Int, y: Int) = if (x in 0 until width && y in 0 until height) ink[y * width + x].toInt() and 255 else 0
    val columns = (0 until width).filter { x -> (0 until height).any { grey(x, it) > 0 } }
    val rows = (0 until height).filter { y -> (0 until width).any { grey(it, y) > 0 } }
    val image = ByteArray(28 * 28)
    if (rows.isEmpty()) return image
    val across = columns.last() - columns.first() + 1
    val down = rows.last() - rows.first() + 1
    val side = maxOf(across, down, 10)
    val left = columns.first() - (side - across) / 2
    val top = rows.first() - (side - down) / 2
    // How much of a cell of the 20x20 lies on a pixel of the square, in 1/20 pixel.
    fun overlap(cell: Int, pixel: Int) = minOf((cell + 1) * side, (pixel + 1) * 20) - maxOf(cell * side, pixel * 20)
    fun under(cell: Int) = cell * side / 20..((cell + 1) * side - 1) / 20
    val body = Array(20) { row ->
        IntArray(20) { column ->
            var sum = 0L
            for (y in under(row)) for (x in under(column))
                sum += grey(left + x, top + y).toLong() * overlap(row, y) * overlap(column, x)
            Math.round(sum / (side.toDouble() * side)).toInt()
        }
    }
    val darkest = body.fold(1) { most, row -> row.fold(most) { a, b -> maxOf(a, b) } }
    for (row in body) for (x in 0..19) row[x] = Math.round(row[x] * 255.0 / darkest).toInt()
    var (mass, momentX, momentY) = listOf(0, 0, 0)
    for (y in 0..19) for (x in 0..19) {
        mass += body[y][x]
        momentX += x * body[y][x]
        momentY += y * body[y][x]
    }
    fun shift(moment: Int) = (14.5 - moment / mass.toDouble()).toInt().coerceIn(0, 8)
    val toRight = shift(momentX)
    val toBottom = shift(momentY)
    for (y in 0..19) for (x in 0..19) image[(toBottom + y) * 28 + toRight + x] = body[y][x].toByte()
    return image
}
