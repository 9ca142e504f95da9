import MeshBase

/// What a word such as `cell/{busiest}` leaves to be chosen, as it is written: the one reading of such words, for commands, files,
/// drills and the API. Whether a mesh has something to choose is not asked.
package struct TargetChoice: Sendable, Equatable {
    /// What is chosen.
    package enum Kind: String, Sendable, CaseIterable {
        case cell, zone, region, router, service

        /// The words that may stand in braces for it, those with a figure as examples.
        var ways: [String] {
            switch self {
            case .cell, .router: ["busiest", "random", "random:10%", "draw:1"]
            case .zone: ["busiest", "random", "random:10%", "draw:1", "remote"]
            case .region: ["busiest", "random", "random:10%", "draw:1", "remote", "control"]
            case .service: ["most-dependents", "most-dependencies", "random"]
            }
        }
    }

    /// By what; see `TargetChooser`.
    package enum Way: Sendable, Equatable {
        case busiest, random, remote, control
        case mostDependents, mostDependencies
        /// So many of all, above 0 and at most 1.
        case share(Double)
        /// From 1.
        case draw(Int)
    }

    package var kind: Kind
    package var way: Way

    /// Whether a word leaves something to be chosen.
    package static func isMeant(_ word: String) -> Bool { word.contains("{") }

    /// That a word with a choice is one that is understood: both parts of `cell/{random:10%}/service/{most-dependencies}`.
    package static func check(_ word: String) throws(UnknownTarget) {
        guard let parts = halves(word) else {
            _ = try TargetChoice(word)
            return
        }
        for (part, kind) in [(parts.cell, Kind.cell), (parts.service, .service)] where isMeant(part) {
            guard try TargetChoice(part).kind == kind else { throw unreadable(word) }
        }
    }

    /// `cell/X/service/Y` as `cell/X` and `service/Y`; nil for any other word.
    static func halves(_ word: String) -> (cell: String, service: String)? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "cell", parts[2] == "service" else { return nil }
        return (parts[..<2].joined(separator: "/"), parts[2...].joined(separator: "/"))
    }

    /// Reads `region/{remote}`, and `{busiest}` of cells.
    ///
    /// - Throws: what is wrong, and the nearest that there is.
    package init(_ word: String) throws(UnknownTarget) {
        guard let open = word.firstIndex(of: "{"), word.hasSuffix("}") else { throw Self.unreadable(word) }
        let prefix = word[..<open]
        guard prefix.isEmpty || prefix.hasSuffix("/") else { throw Self.unreadable(word) }
        let name = prefix.isEmpty ? Kind.cell.rawValue : String(prefix.dropLast())
        guard let kind = Kind(rawValue: name) else {
            throw Self.unreadable(
                word,
                NearestWord.nearest(to: name, among: Kind.allCases.map(\.rawValue)).map { "\($0)/\(word[open...])" })
        }
        let choice = String(word[open...].dropFirst().dropLast())
        guard let way = Self.way(choice), kind.ways.contains(where: { Self.way($0)?.isLike(way) ?? false }) else {
            throw Self.unreadable(
                word, NearestWord.nearest(to: choice, among: kind.ways).map { "\(prefix){\($0)}" },
                ways: kind.ways.map { "\(kind.rawValue)/{\($0)}" })
        }
        (self.kind, self.way) = (kind, way)
    }

    /// Checks what leaves a region to be chosen: `region/{remote}`, or `{remote}` where regions alone are meant.
    static func check(region word: String) throws(UnknownTarget) {
        let choice = try TargetChoice(word.hasPrefix("{") ? "\(Kind.region.rawValue)/\(word)" : word)
        guard choice.kind == .region else {
            throw UnknownTarget("'\(word.prefix(128))' chooses no region", hint: "write 'region/{remote}'")
        }
    }

    private static func way(_ text: String) -> Way? {
        switch text {
        case "busiest": return .busiest
        case "random": return .random
        case "remote": return .remote
        case "control": return .control
        case "most-dependents": return .mostDependents
        case "most-dependencies": return .mostDependencies
        default: break
        }
        if text.hasPrefix("draw:") {
            guard let number = Syntax.integer(String(text.dropFirst(5))), number > 0 else { return nil }
            return .draw(number)
        }
        guard text.hasPrefix("random:"), let share = Syntax.ratio(String(text.dropFirst(7))), share > 0, share <= 1
        else { return nil }
        return .share(share)
    }

    private static func unreadable(
        _ word: String, _ nearest: String? = nil, ways: [String] = []
    ) -> UnknownTarget {
        let all = [
            "cell/{busiest}", "region/{random}", "cell/{random:10%}", "cell/{draw:3}", "region/{remote}",
            "region/{control}", "service/{most-dependents}", "service/{most-dependencies}",
        ]
        return UnknownTarget(
            "'\(word.prefix(128))' is no choice",
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? "choices are: \((ways.isEmpty ? all : ways).joined(separator: ", "))")
    }
}

extension TargetChoice.Way {
    /// The same but for its figure.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.share, .share), (.draw, .draw): true
        default: self == other
        }
    }
}
