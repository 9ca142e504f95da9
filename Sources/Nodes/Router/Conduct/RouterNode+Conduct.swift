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
        // Which is how late the machine lets anybody run.
        let late = nextLook == .distantFuture ? .zero : max(now - nextLook, .zero)
        var (lying, slow) = ((of: 0, count: 0), (of: 0, count: 0))
        for position in links.indices {
            let link = links[position]
            let look = conducts[position].look(
                isThere: link.state == .up && link.status == .alive,
                saysWell: link.isServing && link.saysServing, belief: belief, stood: stood, late: late,
                now: now)
            looks.append(look)
            lying.of += look.hasResults ? 1 : 0
            lying.count += look.isLying ? 1 : 0
            slow.of += look.hasTimes ? 1 : 0
            slow.count += look.isSlow ? 1 : 0
            if conducts[position].isDoubted(now: now), let member = gossip.swim.member(named: link.name) {
                doubted.append((member.profile.gossip, CellIndex(position)))
            }
        }
        // Only where somebody is slow.
        let paces = slow.count > 0 ? looks.compactMap(\.slowness).sorted() : []
        for position in links.indices {
            if looks[position].isSlow, !Self.isAlone(looks[position].slowness, among: paces) {
                looks[position].isSlow = false
            }
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

    /// Whether one is slower than its peers are now, and not only than it was at first: where the machine is slow all are.
    ///
    /// - Parameters:
    ///   - own: nil where it has not answered of late: then what it showed stands.
    ///   - paces: of all, it among them, in order.
    static func isAlone(_ own: Float?, among paces: [Float]) -> Bool {
        guard let own, paces.count > 1 else { return true }
        // The median of the others.
        let others = paces.count - 1
        let place = paces.firstIndex(of: own) ?? others
        let middle = others / 2
        let typical = paces[middle < place ? middle : middle + 1]
        return own >= CellConduct.alone * max(typical, 1)
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
