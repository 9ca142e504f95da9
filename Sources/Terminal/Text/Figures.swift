import Reports

/// Figures for narrow columns; a dash where nothing is known.
package enum Figures {
    /// With a fixed count of decimals, 0 to 2.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "-" }
        return Wording.fixed(value, digits)
    }

    /// A second: `131`, `4.2`, `12k`.
    package static func rate(_ value: Double?) -> String {
        guard let value else { return "-" }
        if value >= 100_000 { return fixed(value / 1_000, 0) + "k" }
        return fixed(value, value > 0 && value < 9.95 ? 1 : 0)
    }

    /// A share of 0...1. What failed is not rounded away: neither 0 nor 100 stands for almost.
    package static func percent(_ share: Double?, _ digits: Int = 0) -> String {
        guard let share else { return "-" }
        let text = fixed(share * 100, digits)
        let smallest = digits == 0 ? "1" : digits == 1 ? "0.1" : "0.01"
        if share > 0, text == fixed(0, digits) { return "<\(smallest) %" }
        if share < 1, text == fixed(100, digits) {
            return digits == 0 ? ">99 %" : "\(digits == 1 ? "99.9" : "99.99") %"
        }
        return text + " %"
    }

    /// Milliseconds without their unit, seconds with it: `4.1`, `44`, `1.2s`.
    package static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "-" }
        if value < 9.95 { return fixed(value, 1) }
        if value < 999.5 { return fixed(value, 0) }
        return fixed(value / 1_000, value < 9_950 ? 1 : 0) + "s"
    }

    /// The same with its unit: `38 ms`, `1.2 s`; a dash where nothing is known.
    package static func latency(_ value: Double?) -> String {
        let text = milliseconds(value)
        return value == nil ? text : text.hasSuffix("s") ? "\(text.dropLast()) s" : "\(text) ms"
    }

    /// A length of time in whole seconds: `12 s`, `2 min 11 s`, `3 h 5 min`.
    package static func span(milliseconds: Int64) -> String {
        let seconds = max(milliseconds, 0) / 1_000
        if seconds < 60 { return "\(seconds) s" }
        let minutes = seconds / 60
        if minutes < 60 { return seconds % 60 > 0 ? "\(minutes) min \(seconds % 60) s" : "\(minutes) min" }
        return minutes % 60 > 0 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes / 60) h"
    }

    /// The same with its largest unit alone: `12 s`, `2 min`, `3 h`.
    package static func roughly(milliseconds: Int64) -> String {
        let seconds = max(milliseconds, 0) / 1_000
        return seconds < 60 ? "\(seconds) s" : seconds < 3_600 ? "\(seconds / 60) min" : "\(seconds / 3_600) h"
    }

    /// The time of day, UTC.
    /// - Parameter milliseconds: since 1970.
    package static func clock(milliseconds: Int64) -> String {
        let seconds = (milliseconds / 1_000) % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
