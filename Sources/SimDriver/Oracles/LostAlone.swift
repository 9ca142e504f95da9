import Replication
import Sharding
import Topology

/// What a disk alone has goes with it: of tier important one acknowledgement is enough, so this breaks no promise.
extension Simulation {
    /// A disk is lost now. Of what it has no other disk has had anything as new, or a sibling at all, the clients are told
    /// nothing any more.
    func excuseLoss(with machine: SimMachine) {
        guard case .cell(let cell) = machine.work, let disk = machine.disk,
            let store = topology.blueprint(of: cell).store, store.has(.important)
        else { return }
        let others = machines.compactMap { $0 === machine ? nil : $0.disk }
        let prefixes = topology.keyPrefixes
        for number in 0..<configuration.load.records {
            let name = MeshTopology.key(number, prefixes: prefixes)
            guard store.tier(ofKey: name) == .important else { continue }
            for customer in 0..<topology.customers.count {
                let (owner, key) = (Array(Customers.name(customer + 1).utf8), Array(name.utf8))
                guard let record = disk.record(customer: owner, key: key) else { continue }
                let elsewhere = others.compactMap { $0.record(customer: owner, key: key) }
                let id = SimRequest.record(customer: customer + 1, key: number)
                if disk.tiers?.hasSiblings(key) ?? false {
                    let alone = Self.alone(record, elsewhere)
                    if !alone.isEmpty { clients.ledger.lostSiblings(alone, of: id) }
                } else if elsewhere.allSatisfy({ $0.version < record.version }) {
                    clients.ledger.lost(id, now: now)
                }
            }
        }
    }

    /// The values of those siblings that no other has, nor knows to be superseded.
    private static func alone(_ record: SimDisk.Record, _ elsewhere: [SimDisk.Record]) -> [UInt64] {
        func set(_ record: SimDisk.Record) -> SiblingSet {
            SiblingRule.set(record.version, record.value, tombstone: record.tombstone)
        }
        let (own, theirs) = (set(record), elsewhere.map(set))
        return own.siblings.filter { sibling in
            theirs.allSatisfy { other in
                !other.dots.contains(sibling.version) && other.merged(with: own).dots.contains(sibling.version)
            }
        }.compactMap { sibling in sibling.value.withUnsafeBytes { SimValue.parse($0) } }
    }
}
