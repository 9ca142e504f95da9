import MeshBase
import Reports
import Wire

/// Names what fails without being down.
extension RouterNode {
    /// Called at every look: each cell is held against the others, and what is new is told.
    ///
    /// - Parameter stood: this router itself did not run at its time.
    mutating func judgeConduct(stood: Bool, now: Instant, into sink: inout some RouterSink) {
        doubted.removeAll(keepingCapacity: true)
        var looks: [CellConduct.Look] = []
        looks.reserveCapacity(links.count)
        // A round and a half for the probe, some for whoever hears of it.
        let belief = gossip.swim.configuration.probeInterval * Int64(8)
        var (lying, slow) = ((of: 0, count: 0), (of: 0, count: 0))
        for position in links.indices {
            let link = links[position]
            let look = conducts[position].look(
                isThere: link.state == .up && link.status == .alive,
                saysWell: link.isServing && link.saysServing, belief: belief, stood: stood, now: now)
            looks.append(look)
            lying.of += look.hasResults ? 1 : 0
            lying.count += look.isLying ? 1 : 0
            slow.of += look.hasTimes ? 1 : 0
            slow.count += look.isSlow ? 1 : 0
            if conducts[position].isDoubted(now: now), let member = gossip.swim.member(named: link.name) {
                doubted.append((member.profile.gossip, CellIndex(position)))
            }
        }
        for position in links.indices {
            // What strikes most of them is no matter of one.
            if lying.count * 2 > lying.of { looks[position].isLying = false }
            if slow.count * 2 > slow.of { looks[position].isSlow = false }
            let before = conducts[position].name
            guard conducts[position].judge(looks[position], now: now) else { continue }
            let cell = CellIndex(position)
            links[position].isNamed = conducts[position].name != nil
            if let (animal, _) = before { sink.emit(.conduct(cell, animal, isNamed: false, why: "")) }
            if let (animal, why) = conducts[position].name {
                counters.named += 1
                sink.emit(.conduct(cell, animal, isNamed: true, why: why))
            }
        }
    }

    /// A packet of the membership has come from there.
    mutating func listen(to endpoint: Endpoint) {
        for (known, cell) in doubted where known == endpoint { conducts[cell.position].gossiped() }
    }

    /// What cells are called now, by name; nil where none has one.
    var namedCells: [String: CellAnimal]? {
        var named: [String: CellAnimal] = [:]
        for position in links.indices {
            if let name = conducts[position].name { named[links[position].name] = name.animal }
        }
        return named.isEmpty ? nil : named
    }
}
