/// Figures as they stand in sentences; a pure target has no formatter.
enum Figures {
    /// Names beyond this many are only counted.
    static let mostNames = 5

    /// A ratio as a percentage: `67.5 %`, `105 %`; two decimals below 1 %. Not a number is `unknown`.
    static func percent(_ ratio: Double) -> String {
        guard ratio.isFinite else { return ratio.isNaN ? "unknown" : "unbounded" }
        let isSmall = ratio.magnitude < 0.01
        let unit = isSmall ? 100 : 10
        let scaled = Int((min(max(ratio, -1e6), 1e6) * 100 * Double(unit)).rounded())
        let sign = scaled < 0 ? "-" : ""
        var fraction = String(scaled.magnitude % UInt(unit))
        while isSmall && fraction.utf8.count < 2 { fraction = "0" + fraction }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = sign + String(scaled.magnitude / UInt(unit))
        return (fraction.isEmpty ? whole : whole + "." + fraction) + " %"
    }

    /// `a, b and c`, or the first five and how many more.
    static func list(_ names: [String]) -> String {
        if names.count > mostNames {
            return names.prefix(mostNames).joined(separator: ", ") + " and \(names.count - mostNames) more"
        }
        guard names.count > 1, let last = names.last else { return names.first ?? "none" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `1 cell`, `2 cells`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Bytes in the largest binary unit that leaves a whole number of at least 1: `3 MiB`.
    static func bytes(_ count: UInt64) -> String {
        var rest = count
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if rest < 1024 || unit == "GiB" { return "\(rest) \(unit)" }
            rest /= 1024
        }
        return "\(count) B"
    }
}
