"""Image files of every kind, and what is none."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from edge_app.errors import ImageError
from edge_app.files import heif
from edge_app.files.image import load_image, to_luma, to_pixels
from edge_app.files.opening import FORMAT_NAMES, bands, decode, open_image


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    """Saves an image and gives its path back."""
    image.save(path, **options)
    return path


def gradient(width: int = 40, height: int = 60) -> Image.Image:
    """A grey ramp from left to right."""
    return Image.fromarray(np.tile(np.arange(width, dtype=np.uint8) * 5, (height, 1)))


def test_luma_and_rgb(tmp_path: Path) -> None:
    """Grey images stay 2-D, colour ones become RGB."""
    assert load_image(saved(tmp_path / "grey.png", gradient())).shape == (60, 40)
    red = Image.new("RGB", (40, 60), "red")
    assert load_image(saved(tmp_path / "red.png", red))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr", "HSV", "LAB"])
def test_every_mode_is_read(mode: str, tmp_path: Path) -> None:
    """All of Pillow's modes that a file can hold give uint8 pixels of the same brightness."""
    image = (
        Image.new("L", (40, 60), 255).convert("I").convert("I;16") if mode == "I;16" else Image.new("L", (40, 60), 255)
    )
    image = image.convert(mode) if mode not in {"HSV", "LAB", "I;16"} else image
    if mode in {"HSV", "LAB"}:
        image = Image.new("RGB", (40, 60), "white")
    pixels = load_image(saved(tmp_path / "image.tif", image))
    assert pixels.dtype == np.uint8
    assert pixels.shape[:2] == (60, 40)
    assert pixels.min() >= 250


def test_sixteen_bit_keeps_its_upper_byte(tmp_path: Path) -> None:
    """A 16-bit scan is brought to 8 bits, not cut off."""
    deep = Image.fromarray(np.full((60, 40), 40000, np.uint16))
    assert load_image(saved(tmp_path / "deep.png", deep))[0, 0] == 40000 // 257


def test_transparency_becomes_white_paper(tmp_path: Path) -> None:
    """Ink on a transparent ground is read as ink on white."""
    image = Image.new("RGBA", (40, 60), (0, 0, 0, 0))
    image.putpixel((5, 5), (0, 0, 0, 255))
    pixels = load_image(saved(tmp_path / "clear.png", image))
    assert pixels[5, 5].tolist() == [0, 0, 0]
    assert pixels[0, 0].tolist() == [255, 255, 255]


def test_exif_rotation_is_applied(tmp_path: Path) -> None:
    """A photo that was taken sideways comes upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / "side.jpg", gradient(40, 60), exif=exif)
    assert load_image(path).shape == (40, 60)


@pytest.mark.parametrize("mode", ["L", "RGB", "I", "RGBA"])
def test_a_large_scan_in_bands_is_the_same_image(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bands leave no seam, and luma from the file is luma of the loaded image."""
    monkeypatch.setattr("edge_app.files.opening.BAND_PIXELS", 40 * 64)
    values = np.random.default_rng(0).integers(0, 256, (2 * 64 + 7, 40, 3), np.uint8)
    image = Image.fromarray(values).convert("L").convert("I") if mode == "I" else Image.fromarray(values).convert(mode)
    path = saved(tmp_path / "large.tif", image)
    pixels = load_image(path)
    assert (pixels == (np.asarray(image.convert("L")) if mode in {"L", "I"} else values)).all()
    with path.open("rb") as file, open_image(file, "large") as opened:
        decode(opened, "large")
        parts = [np.asarray(part) for part in bands(opened, luma=True)]
    assert len(parts) == 3
    assert (np.vstack(parts) == to_luma(pixels)).all()


def test_luma_of_every_colour_is_opencvs() -> None:
    """Pillow's own weights round some of them to another value."""
    blue, green = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    for red in range(0, 256, 5):
        colours = np.dstack([np.full_like(blue, red), green, blue])
        (band,) = bands(Image.fromarray(colours), luma=True)
        assert (np.asarray(band) == to_luma(colours)).all()


@pytest.mark.parametrize("lies", range(1, 9))
def test_every_orientation_is_put_upright(lies: int, tmp_path: Path) -> None:
    """In bands, as Pillow does it whole."""
    values = np.random.default_rng(0).integers(0, 256, (70, 40, 3), np.uint8)
    image = Image.fromarray(values)
    image.getexif()[0x0112] = lies
    path = saved(tmp_path / "a.png", image, exif=image.getexif())
    assert (load_image(path) == np.asarray(ImageOps.exif_transpose(image))).all()


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    """Of an animated image the first frame is read."""
    frames = [Image.new("L", (40, 40), level) for level in (200, 10)]
    path = tmp_path / "two.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert load_image(path).mean() == pytest.approx(200, abs=2)


def png_header(width: int, height: int) -> bytes:
    """The start of a grey PNG file of that size."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return header + struct.pack(">I", 1000) + b"IDAT"


@pytest.mark.parametrize("size_wh", [(10_000, 6_001), (15_000, 15_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_from_the_header(size_wh: tuple[int, int], tmp_path: Path) -> None:
    """A bomb is refused before it is decoded: here there is nothing to decode at all."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(*size_wh))
    with pytest.raises(ImageError, match="60 megapixels"):
        load_image(path)


@pytest.mark.parametrize("name", ["missing.png", "empty.png", "text.png", "cut.png", "cut.jpg", "folder", "tiny.png"])
def test_what_is_no_image_is_one_clear_line(name: str, tmp_path: Path) -> None:
    """Each bad file is an ImageError of one line that names the file."""
    path = tmp_path / name
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8))
    if name == "empty.png":
        path.touch()
    elif name == "text.png":
        path.write_text("no image")
    elif name.startswith("cut"):
        whole = saved(path, noise).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif name == "folder":
        path.mkdir()
    elif name == "tiny.png":
        Image.new("L", (1, 1)).save(path)
    with pytest.raises(ImageError, match=r"expected .*, got .*; ") as caught:
        load_image(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_damage_lets_another_error_out(tmp_path: Path) -> None:
    """Whatever bytes are changed in a file, it is read or it is an ImageError."""
    rng = np.random.default_rng(1)
    for suffix in ("png", "jpg", "gif", "tif", "bmp"):
        good = saved(tmp_path / f"good.{suffix}", gradient()).read_bytes()
        path = tmp_path / f"bad.{suffix}"
        for _ in range(40):
            damaged = bytearray(good)
            for place in rng.integers(0, len(good), 8):
                damaged[place] = rng.integers(0, 256)
            path.write_bytes(bytes(damaged))
            try:
                load_image(path)
            except ImageError:
                continue


def pixels_of(content: bytes) -> NDArray[np.uint8]:
    """An image in memory, as pixels."""
    with open_image(io.BytesIO(content), "the upload") as image:
        return to_pixels(image, "the upload")


def as_bytes(image: Image.Image, kind: str) -> bytes:
    """An image file as bytes."""
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def as_heic(image: Image.Image, **options: Any) -> bytes:
    """An image as an iPhone's camera writes it."""
    heif.load_plugin()
    file = io.BytesIO()
    image.save(file, "HEIF", quality=95, **options)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_comes_upright_and_is_not_turned_twice(orientation: int, tmp_path: Path) -> None:
    """The plugin turns it by the file's own transformation, and leaves nothing of it in the EXIF."""
    image = Image.new("L", (60, 40), 255)
    image.paste(0, (0, 0, 20, 10))
    image = image.convert("RGB")
    image.getexif()[0x0112] = orientation
    (tmp_path / "a.heic").write_bytes(as_heic(image, exif=image.getexif().tobytes()))
    expected = np.asarray(ImageOps.exif_transpose(image))
    pixels = load_image(tmp_path / "a.heic")
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 2
    # It is only the file's beginning that says what it is.
    assert (pixels_of((tmp_path / "a.heic").read_bytes()) == pixels).all()


def test_a_grey_heic_stays_grey() -> None:
    """As other grey images do."""
    assert pixels_of(as_heic(gradient())).shape == (60, 40)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.95])
def test_a_cut_heic_is_one_clear_line(part: float) -> None:
    """Wherever it was cut."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8))
    content = as_heic(noise)
    with pytest.raises(ImageError, match=r"expected .*, got .* the upload.*; ") as caught:
        pixels_of(content[: int(len(content) * part)])
    assert "\n" not in str(caught.value)


def test_a_heic_too_large_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its header."""
    content = as_heic(gradient(1100, 1000))
    monkeypatch.setattr("edge_app.files.opening.MAX_MEGAPIXELS", 1)
    monkeypatch.setattr(Image.Image, "frombytes", lambda *_: pytest.fail("decoded"))
    with pytest.raises(ImageError, match="expected at most 1 megapixels, got 1100x1000"):
        pixels_of(content)


def test_without_pillow_heif_the_line_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the way round it; other images do not ask for it."""
    (tmp_path / "a.heic").write_bytes(as_heic(gradient()))
    heif.load_plugin.cache_clear()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError) as caught:
        load_image(tmp_path / "a.heic")
    assert str(caught.value) == (
        f"expected pillow-heif for a HEIC photo, {tmp_path}/a.heic, got none installed; "
        "try pip install 'digits-edge[heic]', or save it as JPEG"
    )
    assert load_image(saved(tmp_path / "a.png", gradient())).shape == (60, 40)


def test_the_plugin_is_loaded_for_heic_alone(tmp_path: Path) -> None:
    """It is 26 MB of libraries; in a process of its own, where no other test loaded it."""
    saved(tmp_path / "a.png", gradient())
    (tmp_path / "a.heic").write_bytes(as_heic(gradient()))
    code = (
        "import sys; from edge_app.files.image import load_image; load_image(sys.argv[1] + '/a.png');"
        "before = 'pillow_heif' in sys.modules;"
        "load_image(sys.argv[1] + '/a.heic'); sys.exit(before or 'pillow_heif' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_images_are_decoded_from_memory(kind: str) -> None:
    """What phones, scanners and browsers make."""
    assert pixels_of(as_bytes(gradient(), kind)).shape[:2] == (60, 40)


@pytest.mark.parametrize("kind", ["EPS", "PCX", "TGA", "ICO"])
def test_rare_kinds_are_refused(kind: str, tmp_path: Path) -> None:
    """Neither a stranger nor a folder chooses a decoder that starts programs or that nobody looks after."""
    with pytest.raises(ImageError, match=f"expected an image file, {FORMAT_NAMES}, got the upload, which is none"):
        pixels_of(as_bytes(gradient(64, 64), kind))
    with pytest.raises(ImageError, match="which is none"):
        load_image(saved(tmp_path / "a.jpg", gradient(64, 64), format=kind))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file, the upload"),
        (b"GIF89a", "got"),
        (png_header(10_000, 6_001), "60 megapixels"),
        (png_header(60_000, 60_000), "60 megapixels"),
        (png_header(40, 60), "a damaged one in the upload"),
    ],
)
def test_bad_uploads_are_one_clear_line_without_a_path(content: bytes, message: str) -> None:
    """The message names the upload and nothing of this machine."""
    with pytest.raises(ImageError, match=message) as caught:
        pixels_of(content)
    assert "\n" not in str(caught.value)
    assert "/" not in str(caught.value)
    assert "object at" not in str(caught.value)
