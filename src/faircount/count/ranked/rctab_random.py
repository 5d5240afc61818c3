"""Java's random numbers, as RCTab draws lots by them: the 48-bit generator of `java.util.Random`.

Source: Java SE API, class `java.util.Random` and method `java.util.Collections.shuffle`, whose documentation gives the
formulas; after D. E. Knuth, "The Art of Computer Programming", volume 2, section 3.2.1.
"""

from collections.abc import Sequence

_MULTIPLIER, _INCREMENT, _MASK = 0x5DEECE66D, 0xB, (1 << 48) - 1


class JavaRandom:
    """A generator in the state that `new Random(seed)` has. Changes with every draw."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def _bits(self, bits: int) -> int:
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return self._state >> (48 - bits)

    def place(self, among: int) -> int:
        """Return floor(nextDouble() × among), a place from 0; the product is rounded as a double is, half to even."""
        product = ((self._bits(26) << 27) + self._bits(27)) * among
        spare = product.bit_length() - 53
        if spare > 0:
            kept, cut = product >> spare, product & ((1 << spare) - 1)
            half = 1 << (spare - 1)
            product = (kept + (cut > half or (cut == half and kept & 1 == 1))) << spare
        return product >> 53

    def below(self, bound: int) -> int:
        """Return nextInt(bound), with Java's own way of keeping all equally likely."""
        if bound & -bound == bound:
            return bound * self._bits(31) >> 31
        while True:
            bits = self._bits(31)
            value = bits % bound
            if bits - value + bound - 1 < 1 << 31:
                return value

    def shuffled(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return what Collections.shuffle makes of `names`: from the last place to the second, each swapped."""
        order = list(names)
        for size in range(len(order), 1, -1):
            other = self.below(size)
            order[size - 1], order[other] = order[other], order[size - 1]
        return tuple(order)


def java_order(name: str) -> bytes:
    """Return a key that sorts names as Java sorts strings: by UTF-16 code units."""
    return name.encode("utf-16-be", "surrogatepass")
