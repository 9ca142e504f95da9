extension Syntax {
    /// Why a text is no list of shares.
    package struct BadShares: Error, Equatable, CustomStringConvertible {
        /// Without a full stop.
        package var description: String
    }

    /// `NAME=SHARE,NAME=SHARE`, as mixes of requests are written; shares are `30%` or `0.3`.
    ///
    /// - Parameters:
    ///   - names: what may be named, in the order of the result.
    ///   - what: it is, for people: `the mix`.
    /// - Returns: shares that add up to 1; what is not named has 0.
    package static func shares(
        _ text: String, names: [String], of what: String
    ) throws(BadShares) -> [Double] {
        var parts: [(name: String, share: Double)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
            guard halves.count == 2 else {
                throw BadShares(
                    description: "'\(part.prefix(64))' in \(what) is not of the form NAME=SHARE, for example "
                        + "\(names[0])=50%")
            }
            guard let share = ratio(halves[1]), share <= 1 else {
                throw BadShares(
                    description: "'\(halves[1].prefix(64))' is no share of \(halves[0].prefix(64)); write 30% or 0.3")
            }
            parts.append((halves[0], share))
        }
        return try shares(parts, names: names, of: what)
    }

    /// The same of shares that have been read.
    package static func shares(
        _ parts: [(name: String, share: Double)], names: [String], of what: String
    ) throws(BadShares) -> [Double] {
        var shares = [Double?](repeating: nil, count: names.count)
        for (name, share) in parts {
            guard let index = names.firstIndex(of: name) else {
                throw BadShares(
                    description: "\(what) has no '\(name.prefix(64))'; it has \(names.joined(separator: ", "))")
            }
            guard shares[index] == nil else { throw BadShares(description: "'\(name)' is in \(what) twice") }
            shares[index] = share
        }
        let total = shares.reduce(0) { $0 + ($1 ?? 0) }
        guard abs(total - 1) < 1e-6 else {
            throw BadShares(
                description: "the shares of \(what) add up to \(written((total * 1e4).rounded() / 1e2))%, not to 100%")
        }
        return shares.map { ($0 ?? 0) / total }
    }
}
