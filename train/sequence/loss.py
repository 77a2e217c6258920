"""What the sequence reader learns: the text of a strip, and in which column each digit's middle stands."""

from typing import Any

from edge_app.model.sequence_contract import BLANK

from .strips import NO_DIGIT, UNKNOWN

# CTC alone would leave open where in a digit it is named: the columns tie it to the middle.
_COLUMNS_WEIGHT, _DIGIT_WEIGHT = 0.15, 4.0


def sequence_loss(truth: Any, logits: Any) -> Any:
    """CTC (Graves et al. 2006) per strip, and cross-entropy of the columns where they are known.

    Args:
        truth: int32 (N, MAX_DIGITS + COLUMNS), texts and columns as in Strips, side by side.
        logits: float32 (N, 1, COLUMNS, 11).
    """
    import tensorflow as tf

    logits = tf.cast(logits[:, 0], tf.float32)
    count = tf.shape(logits)[1]
    texts, columns = truth[:, :-count], truth[:, -count:]
    lengths = tf.reduce_sum(tf.cast(texts != NO_DIGIT, tf.int32), -1)
    empty = lengths == 0
    # TensorFlow's CTC takes no empty text: those have their own sum, and a digit in its place here.
    filled = tf.where(empty[:, None] & (tf.range(tf.shape(texts)[1]) == 0)[None], 0, texts)
    spelled = tf.nn.ctc_loss(
        tf.RaggedTensor.from_tensor(filled, tf.maximum(lengths, 1)).to_sparse(), tf.transpose(logits, [1, 0, 2]), None,
        tf.fill([tf.shape(logits)[0]], count), logits_time_major=True, blank_index=BLANK,
    )  # fmt: skip
    blanks = -tf.reduce_sum(tf.nn.log_softmax(logits)[..., BLANK], -1)
    spelled = tf.where(empty, blanks, spelled)
    known = tf.cast(columns != UNKNOWN, tf.float32)
    weight = known * tf.where(columns == BLANK, 1.0, _DIGIT_WEIGHT)
    wanted = tf.where(columns == UNKNOWN, BLANK, columns)
    # The columns beside a middle may name the digit or not.
    digit = tf.cast(wanted != BLANK, tf.float32)
    beside = tf.maximum(tf.pad(digit[:, 1:], [[0, 0], [0, 1]]), tf.pad(digit[:, :-1], [[0, 0], [1, 0]]))
    weight *= 1 - beside * (1 - digit)
    placed = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)
    return tf.reduce_mean(spelled + _COLUMNS_WEIGHT * tf.reduce_sum(placed * weight, -1))
