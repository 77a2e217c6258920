"""Which camera, and how its frames are asked for."""

from dataclasses import dataclass

from ..errors import OptionError

MIN_PX, MAX_PX = 32, 8192
MAX_FPS = 1000


@dataclass(frozen=True)
class CameraSettings:
    """What open_camera takes.

    Attributes:
        source: "auto", "picamera2", "v4l2", "v4l2:N" or a path.
        size_wh: of frames, in pixels.
        fps: frames a second.

    Raises:
        OptionError: a size or rate out of range.
    """

    source: str = "auto"
    size_wh: tuple[int, int] = (640, 480)
    fps: float = 30.0

    def __post_init__(self) -> None:
        width, height = self.size_wh
        if not (MIN_PX <= width <= MAX_PX and MIN_PX <= height <= MAX_PX):
            raise OptionError(f"expected WIDTHxHEIGHT of {MIN_PX} to {MAX_PX} pixels, got '{width}x{height}'")
        if not 0 < self.fps <= MAX_FPS:
            raise OptionError(f"expected more than 0 and at most {MAX_FPS}, got {self.fps:g}")
