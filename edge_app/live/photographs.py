"""Photographs that other threads ask for; the camera belongs to the live loop, which takes them between two frames."""

import queue
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from ..cameras.camera import Camera
from ..errors import CameraError

WAITING = 4


class Photographs:
    """A short queue of requests."""

    def __init__(self) -> None:
        self._wishes: queue.Queue[Future[NDArray[np.uint8]]] = queue.Queue(WAITING)

    def ask(self) -> Future[NDArray[np.uint8]]:
        """A large picture, uint8 (H, W) luma, as soon as the camera has one; from any thread.

        Raises:
            CameraError: too many are waiting already.
        """
        wish: Future[NDArray[np.uint8]] = Future()
        try:
            self._wishes.put_nowait(wish)
        except queue.Full as error:
            raise CameraError("expected a free camera, got others waiting for photographs; try again") from error
        return wish

    def take(self, camera: Camera) -> None:
        """Fulfils what is waiting; called by the thread that owns the camera."""
        while not self._wishes.empty():
            wish = self._wishes.get_nowait()
            if not wish.set_running_or_notify_cancel():
                continue
            try:
                wish.set_result(camera.photograph())
            except CameraError as error:
                wish.set_exception(error)
            except BaseException as error:
                wish.set_exception(CameraError("expected a photograph, got the end; start again"))
                raise error
