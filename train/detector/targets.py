"""The detector's targets for a patch, and its losses."""

from typing import Any

from edge_app.model.detector_contract import CELL_PX, REFERENCE_WH_PX

from .patches import EMPTY, IGNORED

# Width of the bell around a digit's centre: the first as a share of its box, and at least the second, in cells.
_SPREAD, _MIN_SPREAD = 0.16, 0.5
# Where the bell is higher than this, box and label are learnt too.
_NEAR = 0.45
_BOX_WEIGHT, _LABEL_WEIGHT = 1.0, 0.6


def to_targets(boxes: Any, cells_hw: tuple[int, int]) -> dict[str, Any]:
    """Targets of each output out of boxes float32 (B, M, 5) as in Patches.boxes.

    Returns:
        "centre" (B, h, w, 2): height of the bell, and 1 where it counts; "box" (B, h, w, 5) and "label" (B, h, w, 2):
        the values, and the weight last.
    """
    import tensorflow as tf

    labels, centres, sizes = boxes[..., 0], boxes[..., 1:3], boxes[..., 3:5]
    wanted = tf.cast((labels != EMPTY) & (labels != IGNORED), tf.float32)
    spread = tf.maximum(sizes * (_SPREAD / CELL_PX), _MIN_SPREAD)
    middle = tf.floor(centres / CELL_PX)
    rows = tf.range(cells_hw[0], dtype=tf.float32)
    columns = tf.range(cells_hw[1], dtype=tf.float32)
    across = tf.exp(-0.5 * ((columns - middle[..., :1]) / spread[..., :1]) ** 2)
    down = tf.exp(-0.5 * ((rows - middle[..., 1:]) / spread[..., 1:]) ** 2)
    bells = down[..., :, None] * across[..., None, :] * wanted[..., None, None]
    bell, owner = tf.reduce_max(bells, axis=1), tf.argmax(bells, axis=1)
    own = tf.gather(tf.concat([boxes, spread], -1), owner, batch_dims=1)
    grid = tf.stack(tf.meshgrid(columns, rows), -1)[None]
    offset = own[..., 1:3] / CELL_PX - (grid + 0.5)
    size = tf.math.log(tf.maximum(own[..., 3:5], 1.0) / tf.constant(REFERENCE_WH_PX, tf.float32))
    near = tf.cast(bell > _NEAR, tf.float32) * bell
    places = (grid + 0.5) * CELL_PX
    ignored = labels == IGNORED
    reach = tf.abs(places[:, None] - centres[:, :, None, None]) <= sizes[:, :, None, None] / 2
    hidden = tf.reduce_any(tf.reduce_all(reach, -1) & ignored[..., None, None], axis=1) & (bell < _NEAR)
    return {
        "centre": tf.stack([bell, tf.cast(~hidden, tf.float32)], -1),
        "box": tf.concat([offset, size, near[..., None]], -1),
        "label": tf.stack([own[..., 0], near], -1),
    }


def centre_loss(truth: Any, logits: Any) -> Any:
    """The focal loss of CenterNet (arXiv:1904.07850, equation 1), per wanted digit."""
    import tensorflow as tf

    bell, counts, logit = truth[..., 0], truth[..., 1], logits[..., 0]
    p = tf.sigmoid(logit)
    middle = tf.cast(bell >= 1.0, tf.float32)
    found = middle * (1 - p) ** 2 * tf.nn.softplus(-logit)
    false = (1 - middle) * (1 - bell) ** 4 * p**2 * tf.nn.softplus(logit) * counts
    return tf.reduce_sum(found + false) / tf.maximum(tf.reduce_sum(middle), 1.0)


def box_loss(truth: Any, boxes: Any) -> Any:
    """Mean absolute error near the middles."""
    import tensorflow as tf

    error = tf.reduce_sum(tf.abs(truth[..., :4] - boxes), -1)
    return _BOX_WEIGHT * tf.reduce_sum(error * truth[..., 4]) / tf.maximum(tf.reduce_sum(truth[..., 4]), 1.0)


def label_loss(truth: Any, logits: Any) -> Any:
    """Cross-entropy near the middles."""
    import tensorflow as tf

    error = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(truth[..., 0], tf.int32) % 10, logits)
    return _LABEL_WEIGHT * tf.reduce_sum(error * truth[..., 1]) / tf.maximum(tf.reduce_sum(truth[..., 1]), 1.0)
