"""What every camera offers."""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """One picture of a camera.

    Attributes:
        luma: uint8 (H, W), 0 = black.
        number: counts the camera's frames from 0; a gap is frames that nobody had time for.
        captured_s: when it was taken, on the clock of time.monotonic().
        scene: another number than the frame's before if both have nothing to do with each other.
    """

    luma: NDArray[np.uint8]
    number: int
    captured_s: float
    scene: int = 0


class Camera(Protocol):
    """A camera that is open; a context manager. Not thread-safe, but close() may be called from anywhere and twice.

    Attributes:
        name: for people, such as "picamera2 imx708 640x480".
    """

    name: str

    def read(self) -> Frame:
        """Waits for the next frame; raises CameraError if there will be none, EndOfFrames after a video's last one."""

    def photograph(self) -> NDArray[np.uint8]:
        """One picture as large as the camera takes them, uint8 (H, W) luma; raises CameraError."""

    def close(self) -> None:
        """Frees the camera."""

    def __enter__(self) -> Self:
        """The camera itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()
