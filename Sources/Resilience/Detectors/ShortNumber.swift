/// Figures as sentences have them: few places, and no locale.
package enum ShortNumber {
    /// Rounded to so many places, without those that are zero: `0.62`, `5`, `1.4`.
    ///
    /// - Parameter places: 0...6.
    package static func text(_ value: Double, places: Int = 2) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        var scale = 1
        for _ in 0..<min(max(places, 0), 6) { scale *= 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard scaled % scale != 0 else { return "\(sign)\(scaled / scale)" }
        var places = "\(scaled % scale + scale)".dropFirst()
        while places.last == "0" { places.removeLast() }
        return "\(sign)\(scaled / scale).\(places)"
    }
}
