// Check.kt MODEL VECTORS: prints how far the example is from the vectors, one line a vector.
package digits

import java.io.File
import java.util.Base64
import org.json.JSONArray
import org.json.JSONObject
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.QuantizationParams

fun main(arguments: Array<String>) {
    val found = JSONObject(File(arguments[1]).readText())
    val end = found.getJSONObject("int8_output")
    Interpreter.output = QuantizationParams(end.getDouble("scale").toFloat(), end.getInt("zero_point"))
    val vectors = found.getJSONArray("vectors").objects()
    for (vector in vectors) {
        val asked = vector.bytes("image").map { ((it.toInt() and 255) - 128).toByte() }
        val outputs = vector.getJSONArray("int8_outputs")
        Interpreter.answers[asked] = ByteArray(outputs.length()) { outputs.getInt(it).toByte() }
    }
    val classifier = DigitClassifier(File(arguments[0]))
    for (vector in vectors) {
        val crop = vector.getJSONObject("crop")
        val image = vector.bytes("image")
        val own = normalise(crop.bytes("ink"), crop.getInt("width"), crop.getInt("height"))
        val apart = image.indices.map { Math.abs((image[it].toInt() and 255) - (own[it].toInt() and 255)) }
        val read = classifier.classify(image)
        println("${apart.fold(0) { a, b -> maxOf(a, b) }} ${read.label} ${read.digit} ${read.confidence}")
    }
    classifier.close()
}

private fun JSONArray.objects() = (0 until length()).map { getJSONObject(it) }

private fun JSONObject.bytes(name: String) = Base64.getDecoder().decode(getString(name))
