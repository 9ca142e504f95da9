/// The written forms of numbers, durations, sizes and ratios. Each parser accepts exactly one form, takes no more
/// than 64 characters and returns nil for anything else.
package enum Syntax {
    /// Units of durations by name, in nanoseconds.
    package static let durationUnits: [(name: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
        ("ns", 1),
    ]
    package static let sizeUnits: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Decimal digits without leading zeros, after a `-` where negative.
    package static func integer(_ text: String) -> Int? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return isDigits(digits) && (digits.utf8.count == 1 || digits.utf8.first != 48) ? Int(text) : nil
    }

    package static func unsigned(_ text: String) -> UInt64? {
        isDigits(text[...]) && (text.utf8.count == 1 || text.utf8.first != 48) ? UInt64(text) : nil
    }

    /// `250ms`, `1.5s`: a decimal number and a unit, a whole number of nanoseconds in the end.
    package static func duration(_ text: String) -> TimeAmount? {
        guard let (number, unit) = splitUnit(text),
            let scale = durationUnits.first(where: { $0.name == unit })?.nanoseconds
        else { return nil }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ isDigits($0) }), let whole = Int64(parts[0]) else { return nil }
        var (nanoseconds, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        if parts.count == 2 {
            guard parts[1].utf8.count <= 9, var fraction = Int64(parts[1]) else { return nil }
            // At most 999 999 999 times an hour in nanoseconds: beyond 64 bits, hence in two steps.
            var divisor: Int64 = 1
            for _ in parts[1].utf8 { divisor *= 10 }
            while fraction % 10 == 0, divisor > 1 {
                fraction /= 10
                divisor /= 10
            }
            guard scale % divisor == 0 else { return nil }
            (nanoseconds, overflow) = nanoseconds.addingReportingOverflow(scale / divisor * fraction)
            guard !overflow else { return nil }
        }
        return .nanoseconds(nanoseconds)
    }

    /// `64KiB`: a whole number and a unit.
    package static func size(_ text: String) -> Int? {
        guard let (number, unit) = splitUnit(text), isDigits(number), let count = Int(number),
            let scale = sizeUnits.first(where: { $0.name == unit })?.bytes
        else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }

    /// `1MiB/s` or `1MiB`: bytes a second.
    package static func bandwidth(_ text: String) -> Int? {
        size(text.hasSuffix("/s") ? String(text.dropLast(2)) : text)
    }

    /// `100x` or `100`: how many times.
    package static func factor(_ text: String) -> Double? { decimal(text.hasSuffix("x") ? text.dropLast() : text[...]) }

    /// `0.05` or `5%`; any finite number that is not negative.
    package static func ratio(_ text: String) -> Double? {
        text.hasSuffix("%") ? decimal(text.dropLast()).map { $0 / 100 } : decimal(text[...])
    }

    /// Digits, a fraction and an exponent where given; not negative.
    package static func decimal(_ text: Substring) -> Double? {
        let halves = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        guard let mantissa = halves.first else { return nil }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ isDigits($0) }) else { return nil }
        if halves.count == 2 {
            let exponent = halves[1].hasPrefix("-") || halves[1].hasPrefix("+") ? halves[1].dropFirst() : halves[1]
            guard isDigits(exponent), exponent.utf8.count <= 3 else { return nil }
        }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func splitUnit(_ text: String) -> (number: Substring, unit: Substring)? {
        guard text.utf8.count <= 64, let end = text.firstIndex(where: { !($0.isASCII && ($0.isNumber || $0 == ".")) })
        else { return nil }
        return (text[..<end], text[end...])
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
    }
}

extension Syntax {
    /// The shortest exact form: `250ms`, never `0.25s`.
    package static func written(_ amount: TimeAmount) -> String {
        guard amount.nanoseconds != 0,
            let unit = durationUnits.first(where: { amount.nanoseconds % $0.nanoseconds == 0 })
        else { return "0ms" }
        return "\(amount.nanoseconds / unit.nanoseconds)\(unit.name)"
    }

    /// Without a fraction where there is none: `2`, `0.35`. Reading it again gives the same number.
    package static func written(_ number: Double) -> String {
        abs(number) < 1e15 && number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    /// A ratio as a percentage where that reads back exactly, else as a number.
    package static func percent(_ ratio: Double) -> String {
        let percent = "\(written(ratio * 100))%"
        return Syntax.ratio(percent) == ratio ? percent : "\(ratio)"
    }

    package static func written(bytes: Int) -> String {
        let unit = sizeUnits.first { bytes != 0 && bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }
}
