// Stands in the place of LiteRT's Java package, which runs on Android alone: answers what models/vectors.json says.
package org.tensorflow.lite

import java.io.File
import java.nio.ByteBuffer

class QuantizationParams(val scale: Float, val zeroPoint: Int)

class Tensor(private val params: QuantizationParams) {
    fun quantizationParams() = params
}

class Interpreter(val model: File) : AutoCloseable {
    companion object {
        val answers = HashMap<List<Byte>, ByteArray>()
        var output = QuantizationParams(1f, 0)
    }

    fun getOutputTensor(index: Int) = Tensor(output).also { check(index == 0) }

    fun run(input: Any, outputs: Any) {
        val asked = ByteArray((input as ByteBuffer).remaining()).also { input.get(it) }
        val answer = answers[asked.toList()] ?: error("expected an image of vectors.json as pixel - 128, got another")
        val first = (outputs as Array<*>)[0] as ByteArray
        check(first.size == answer.size) { "expected ${answer.size} outputs, got ${first.size}" }
        answer.copyInto(first)
    }

    override fun close() {}
}
