/// Numbers, times and states as people read them.
package enum Wording {
    /// `12 345`: thousands apart, so that counts can be read at a glance.
    package static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0 { text += " " }
            text.append(digit)
        }
        return text
    }

    /// `12.3 %`, with more digits for small shares, and for those that lack little to all.
    package static func percent(_ ratio: Double) -> String {
        let percent = ratio * 100
        var digits = percent == 0 || percent >= 10 ? 1 : percent >= 1 ? 2 : percent >= 0.01 ? 3 : 6
        // Only all is 100 %.
        while percent < 100, digits < 6, fixed(percent, digits) == fixed(100, digits) { digits += 1 }
        return "\(fixed(percent, digits)) %"
    }

    /// How much of a capacity is in use: nobody needs more than hundredths of a percent.
    package static func load(_ ratio: Double) -> String { ratio > 0 && ratio < 0.0001 ? "< 0.01 %" : percent(ratio) }

    /// A part of a whole; `-` of nothing.
    package static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : percent(Double(part) / Double(whole))
    }

    /// A number with a fixed count of decimals.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 9e18 else { return "\(value)" }
        let whole = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return digits == 0 ? sign + padded : "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }

    /// `350 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`.
    package static func time(milliseconds: Double) -> String {
        let seconds = Int(milliseconds / 1000)
        switch milliseconds {
        case ..<10: return "\(fixed(milliseconds, 2)) ms"
        case ..<1000: return "\(Int(milliseconds.rounded())) ms"
        case ..<60_000: return "\(fixed(milliseconds / 1000, 1)) s"
        case ..<3_600_000: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }

    /// `1.2 MiB`.
    package static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value.magnitude >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(fixed(value, value < 10 ? 1 : 0)) \(units[unit])"
    }

    /// `1 cell`, `2 cells`.
    package static func plural(_ count: Int, _ noun: String) -> String {
        "\(Self.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
