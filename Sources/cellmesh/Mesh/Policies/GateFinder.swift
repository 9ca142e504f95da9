import ControlPlane
import MeshBase
import Topology

/// Finds gates by what people call them.
struct GateFinder {
    private let known: [String]
    private let cells: [String]

    init(_ topology: MeshTopology) {
        known = topology.gateNames
        cells = topology.cells.map(\.name)
    }

    /// The names of gates, each once: `NODE/FROM/TO` by itself or behind `gate/`, or `edge/FROM/TO` for all cells.
    ///
    /// - Throws: for what is no gate, with the nearest that is.
    func gates(_ words: [String]) throws -> [String] {
        var found: [String] = []
        for word in words {
            let matches: [String]
            if word.hasPrefix("edge/") {
                let suffix = word.dropFirst(4)
                let cells = Set(cells)
                matches = known.filter { name in
                    name.hasSuffix(suffix) && cells.contains(String(name.prefix { $0 != "/" }))
                }
            } else {
                let name = word.hasPrefix("gate/") ? String(word.dropFirst(5)) : word
                matches = known.contains(name) ? [name] : []
            }
            guard !matches.isEmpty else { throw unknown(word) }
            for match in matches where !found.contains(match) { found.append(match) }
        }
        return found
    }

    /// - Throws: where there is no such cell.
    func check(cell: String) throws {
        guard !cells.contains(cell) else { return }
        throw CommandFailure(
            .usage, "there is no cell '\(cell)'",
            hint: NearestWord.hint(for: cell, among: cells, listing: "there are"), next: "cellmesh status")
    }

    private func unknown(_ word: String) -> CommandFailure {
        let isEdge = word.hasPrefix("edge/")
        let candidates =
            isEdge
            ? known.filter { cells.contains(String($0.prefix { $0 != "/" })) }.map {
                "edge/" + $0.split(separator: "/").dropFirst().joined(separator: "/")
            } : known
        var seen: Set<String> = []
        return CommandFailure(
            .usage, "there is no gate '\(word)'",
            hint: NearestWord.hint(
                for: word.hasPrefix("gate/") ? String(word.dropFirst(5)) : word,
                among: candidates.filter { seen.insert($0).inserted }, listing: "there are"),
            next: "cellmesh policies ls")
    }
}
