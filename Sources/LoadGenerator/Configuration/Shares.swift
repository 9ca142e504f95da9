/// Parses `NAME=SHARE,NAME=SHARE`, as `--mix` and `--priorities` are written; shares are `30%` or `0.3`.
enum Shares {
    /// - Parameter names: what may be named, in the order of the result.
    /// - Returns: shares that add up to 1; what is not named has 0.
    static func parse(_ text: String, names: [String], of what: String) throws(LoadError) -> [Double] {
        var shares = [Double?](repeating: nil, count: names.count)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", omittingEmptySubsequences: false).map(trimmed)
            guard halves.count == 2 else {
                throw LoadError("'\(part)' in \(what) is not of the form NAME=SHARE, for example \(names[0])=50%")
            }
            guard let index = names.firstIndex(of: halves[0]) else {
                throw LoadError("\(what) has no '\(halves[0])'; it has \(names.joined(separator: ", "))")
            }
            guard shares[index] == nil else { throw LoadError("'\(halves[0])' is in \(what) twice") }
            guard let share = ratio(halves[1]) else {
                throw LoadError("'\(halves[1])' is no share of \(halves[0]); write 30% or 0.3")
            }
            shares[index] = share
        }
        let total = shares.reduce(0) { $0 + ($1 ?? 0) }
        guard abs(total - 1) < 1e-6 else {
            throw LoadError("the shares of \(what) add up to \(percent(total)), not to 100%")
        }
        return shares.map { ($0 ?? 0) / total }
    }

    /// `30%` or `0.3`, within 0...1; nil for anything else.
    static func ratio(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let number = number(isPercent ? String(text.dropLast()) : text) else { return nil }
        let ratio = isPercent ? number / 100 : number
        return ratio >= 0 && ratio <= 1 ? ratio : nil
    }

    /// Digits with at most one point: no sign, exponent or name of infinity.
    static func number(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.count <= 30,
            text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 || $0 == 46 })
        else { return nil }
        return Double(text)
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first == " " { text.removeFirst() }
        while let last = text.last, last == " " { text.removeLast() }
        return String(text)
    }

    /// With at most one decimal: `99.9%`.
    static func percent(_ ratio: Double) -> String {
        let tenths = (ratio * 1000).rounded() / 10
        return tenths == tenths.rounded() && abs(tenths) < 1e15 ? "\(Int(tenths))%" : "\(tenths)%"
    }
}
