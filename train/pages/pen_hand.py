"""The hand of one UNIPEN writer: its digits, its letters, and words of one who wrote words."""

from dataclasses import dataclass

import numpy as np

from ..data.line_heights import DIGIT_LIKE
from ..data.pen_pool import PenPool, Writer
from ..data.pens import PenStyle, Stroke, styled

Random = np.random.Generator
# A hand with this many letters writes words of its own.
_ALPHABET = 15
_WORD_BREAK = 0.04


@dataclass(frozen=True)
class PenHand:
    """How one writer writes here.

    Attributes:
        pool: where the trajectories are.
        writer: of the digits.
        scribe: numbers of the words of one who wrote words; empty where there are none.
        style: the same for all that this hand writes, but for what `digit` and `word` vary.
        own_words: whether words are put together from the writer's own letters.
        joins: chance that the pen stays down from one digit to a near next one, in [0, 1].
    """

    pool: PenPool
    writer: Writer
    scribe: tuple[int, ...]
    style: PenStyle
    own_words: bool
    joins: float

    @classmethod
    def any(cls, pool: PenPool, random: Random) -> "PenHand":
        """Some writer of the pool."""
        writer = pool.hands[random.integers(len(pool.hands))]
        scribe = pool.scribes[random.integers(len(pool.scribes))] if pool.scribes else ()
        style = PenStyle(
            slant=float(random.normal(0.02, 0.1)),
            aspect=float(np.exp(random.normal(0, 0.1))),
            jitter=float(random.choice([0.0, 0.004, 0.009])),
        )
        lettered = len(writer.letters) >= _ALPHABET
        own = lettered and (not scribe or random.random() < 0.5)
        return cls(pool, writer, scribe, style, own, float(random.choice([0.0, 0.0, 0.4, 0.95])))

    def digit(self, random: Random) -> tuple[int, list[Stroke]]:
        """A digit: its label, and its curves 1 high from (0, 0), in the order in which they are written."""
        label = int(random.choice(self.writer.labels))
        numbers = self.writer.digits[label]
        curves = styled(self.pool.digits[numbers[random.integers(len(numbers))]], random, self._now(random))
        together = np.concatenate(curves)
        low, height = together.min(axis=0), float(np.ptp(together[:, 1])) or 1.0
        return label, [(curve - low) / height for curve in curves]

    @property
    def has_words(self) -> bool:
        """Whether there is anything to write words with."""
        return self.own_words or bool(self.scribe)

    def word(self, random: Random, letters: int) -> list[Stroke]:
        """A word of about that many letters, in ascenders' heights with the line at y = 1; needs `has_words`."""
        if self.own_words:
            curves = self._spelt(random, letters)
        else:
            lengths = np.array([self.pool.word_letters[number] for number in self.scribe])
            near = np.flatnonzero(np.abs(lengths - letters) == np.abs(lengths - letters).min())
            curves = self.pool.words[self.scribe[near[random.integers(len(near))]]]
        return styled(curves, random, self._now(random))

    def _spelt(self, random: Random, count: int) -> list[Stroke]:
        """Letters of this hand beside each other, mostly small ones; one at least is like no digit."""
        own = sorted(self.writer.letters)
        small = [letter for letter in own if letter.islower()]
        alphabet = small if small and random.random() < 0.75 else own
        clear = [letter for letter in alphabet if letter not in DIGIT_LIKE] or alphabet
        # Without such a letter this could be a number.
        word = [str(random.choice(clear)), *random.choice(alphabet if count > 2 else clear, size=count - 1)]
        random.shuffle(word)
        curves: list[Stroke] = []
        x, gap = 0.0, random.uniform(0.02, 0.16)
        for sign in word:
            numbers = self.writer.letters[sign]
            letter = self.pool.letters[numbers[random.integers(len(numbers))]]
            curves += [stroke + np.array([x, random.normal(0, _WORD_BREAK)]) for stroke in letter]
            x = max(float(stroke[:, 0].max()) for stroke in curves) + gap
        return curves

    def _now(self, random: Random) -> PenStyle:
        """This hand's style as it is this time: nobody writes the same twice."""
        return PenStyle(
            slant=self.style.slant + random.normal(0, 0.04),
            aspect=self.style.aspect * float(np.exp(random.normal(0, 0.06))),
            turn_rad=random.normal(0, 0.03),
            jitter=self.style.jitter,
        )
