/// Some Unicode scalars: those of a class of a pattern.
struct ScalarSet: Sendable, Equatable {
    /// What a letter behind a backslash means.
    enum Kind: Sendable, Equatable {
        case digit, word, space
    }

    var ranges: [ClosedRange<UInt32>] = []
    var kinds: [(kind: Kind, isInverted: Bool)] = []
    var isInverted = false

    static func of(_ scalar: Unicode.Scalar) -> ScalarSet {
        var set = ScalarSet()
        set.ranges = [scalar.value...scalar.value]
        return set
    }

    static func of(_ kind: Kind, isInverted: Bool) -> ScalarSet {
        var set = ScalarSet()
        set.kinds = [(kind, isInverted)]
        return set
    }

    /// All but line ends, or all.
    static func any(withLineEnds: Bool) -> ScalarSet {
        var set = ScalarSet()
        set.isInverted = true
        if !withLineEnds { set.ranges = [10...10] }
        return set
    }

    /// - Parameter folded: letters are of either case; the scalar is `folded` already.
    func contains(_ scalar: Unicode.Scalar, folded: Bool) -> Bool {
        var isIn = ranges.contains { $0.contains(scalar.value) }
        if !isIn, folded {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            if upper.count == 1, let upper = upper.first { isIn = ranges.contains { $0.contains(upper.value) } }
        }
        if !isIn { isIn = kinds.contains { Self.isOf($0.kind, scalar) != $0.isInverted } }
        return isIn != isInverted
    }

    static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower.first ?? scalar : scalar
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar)
        }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func isOf(_ kind: Kind, _ scalar: Unicode.Scalar) -> Bool {
        switch kind {
        case .digit: scalar.properties.numericType == .decimal
        case .word: isWord(scalar)
        case .space: scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
    }

    static func == (a: ScalarSet, b: ScalarSet) -> Bool {
        a.ranges == b.ranges && a.isInverted == b.isInverted && a.kinds.count == b.kinds.count
            && zip(a.kinds, b.kinds).allSatisfy { $0 == $1 }
    }
}
