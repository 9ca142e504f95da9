import Drills
import MeshBase
import Reports

/// Which services fell while a scenario ran, as their cells tell.
struct ScenarioCascade: Sendable {
    /// Falls that are kept.
    static let most = 256

    private var falls: [DrillFall] = []

    /// A cell has told something.
    ///
    /// - Parameter after: since the method began; what was before is none of it.
    mutating func take(_ record: EventRecord, after: TimeAmount) {
        guard record.type == "cascade", record.action == "fell", after >= .zero, falls.count < Self.most else { return }
        let parts = record.id.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, !falls.contains(where: { $0.cell == parts[0] && $0.service == parts[1] }) else {
            return
        }
        let failing = TimeAmount(seconds: record.attributes["seconds"]?.number ?? 0)
        falls.append(
            DrillFall(
                service: parts[1], cell: parts[0], afterMilliseconds: max(after - failing, .zero).milliseconds,
                share: record.attributes["share"]?.number ?? 1, callers: record.attributes["callers"]?.text,
                through: record.attributes["through"]?.text))
    }

    /// How many services fell, in whatever cells.
    var services: Int { Set(falls.map(\.service)).count }

    /// By time; of equals in one cell those come first through which others fell. Nil where none fell.
    var report: [DrillFall]? {
        guard !falls.isEmpty else { return nil }
        let keyed = falls.enumerated().map { (fall: $0.element, depth: depth(of: $0.element), place: $0.offset) }
        return keyed.sorted {
            ($0.fall.afterMilliseconds, $0.depth, $0.place) < ($1.fall.afterMilliseconds, $1.depth, $1.place)
        }.map(\.fall)
    }

    /// Through how many others it fell.
    private func depth(of fall: DrillFall) -> Int {
        var (at, depth) = (fall, 0)
        while depth < falls.count, let through = at.through,
            let next = falls.first(where: { $0.cell == at.cell && $0.service == through })
        {
            (at, depth) = (next, depth + 1)
        }
        return depth
    }
}
