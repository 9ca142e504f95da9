import MeshBase

/// Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights after Schindelhauer and Schomaker 2005).
///
/// Each (cell, customer) pair has a draw of 64 bits; the cell with the highest score wins. A cell's draws depend on
/// the mesh's seed, its own name and the customer alone, so other cells come and go without changing them.
enum Rendezvous {
    /// Two words of a cell's own, from the mesh's seed and the cell's name.
    struct Words: Sendable {
        var first: UInt64
        var second: UInt64

        init(seed: UInt64, name: UInt64) {
            first = StableHash.combine(seed, name)
            second = StableHash.mix(first ^ 0xA076_1D64_78BD_642F)
        }
    }

    /// A customer as a lookup reads it.
    struct Customer {
        var first: UInt64
        var second: UInt64

        @inline(__always) init(_ hash: CustomerHash) {
            first = hash.rawValue
            second = StableHash.mix(hash.rawValue &+ 0x9E37_79B9_7F4A_7C15)
        }
    }

    /// The draw of a pair: a product of two words that both depend on both sides, about 0.6 ns. Scores are compared
    /// by their highest bits, which depend on every bit of both words; the lowest bits of a product are poor.
    @inline(__always) static func draw(_ customer: Customer, _ words: Words) -> UInt64 {
        (customer.first ^ words.first) &* (customer.second ^ words.second)
    }

    /// The draw as a number inside (0, 1), exact: 52 bits and a half.
    @inline(__always) static func unit(_ draw: UInt64) -> Double { (Double(draw >> 12) + 0.5) * 0x1p-52 }

    /// 1 - unit(draw), exact.
    @inline(__always) static func complement(_ draw: UInt64) -> Double {
        Double(bitPattern: 0x3FF0_0000_0000_0000 | ~draw >> 12) - (1 - 0x1p-53)
    }

    /// At most -ln(1 - x), for x inside (0, 1): its series to the third power.
    @inline(__always) static func logarithmAtLeast(_ x: Double) -> Double {
        x * (1 + x * (0.5 + x * 0.3333333333333333))
    }

    /// At least what the further terms of the series are: x^4 / 4 + x^5 / 5 + ... < (x^4 + x^5 + ...) / 4.
    @inline(__always) static func logarithmExcess(_ x: Double) -> Double {
        let square = x * x
        return square * square / (4 * (1 - x))
    }

    /// The key where weights differ: the score weight / -ln(draw) is positive, so its bits order like its value.
    /// Where all weights are equal the draw itself is the key: the same order, without a logarithm.
    @inline(__always) static func key(_ draw: UInt64, weight: UInt32) -> UInt64 {
        (Double(weight) / negativeLogarithm(unit(draw))).bitPattern
    }

    /// Whether the key of this draw is certainly below `key`: since -ln(x) >= 1 - x, the score is at most
    /// weight / (1 - x). Saves almost every logarithm among many cells.
    @inline(__always) static func isBelow(_ key: UInt64, _ draw: UInt64, weight: UInt32) -> Bool {
        Double(weight) * (1 + 0x1p-30) < Double(bitPattern: key) * (1 - unit(draw))
    }

    /// -ln(x) for x inside (0, 1), to about 1e-14 of its value: argument reduction and the series of atanh, in
    /// operations that IEEE 754 defines exactly, hence the same bits on every machine.
    @inline(__always) static func negativeLogarithm(_ x: Double) -> Double {
        let bits = x.bitPattern
        var exponent = Double(Int(bits >> 52) - 1023)
        var m = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        if m > 1.4142135623730951 {
            m *= 0.5
            exponent += 1
        }
        let t = (m - 1) / (m + 1)
        let s = t * t
        let s2 = s * s
        let low = (1 + s * (1.0 / 3)) + s2 * (1.0 / 5 + s * (1.0 / 7))
        let middle = (1.0 / 9 + s * (1.0 / 11)) + s2 * (1.0 / 13 + s * (1.0 / 15))
        let high = 1.0 / 17 + s * (1.0 / 19)
        let s4 = s2 * s2
        return -(2 * t * (low + s4 * (middle + s4 * high)) + exponent * 0.6931471805599453)
    }
}
