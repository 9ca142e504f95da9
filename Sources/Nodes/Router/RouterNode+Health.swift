import MeshBase
import Reports
import Resilience
import Sharding
import Topology

extension RouterNode {
    /// Every service that some blueprint has, by name, with what became of its calls in the last five to ten seconds.
    /// A gate whose wait is over lets the next call through, and is not shut, also where no call comes.
    package func serviceFacts(of cells: CellSet, now: Instant) -> [PublicStatus.Facts.Service] {
        var sights = gates.names.indices.dropFirst().map { slot in
            var facts = PublicStatus.Facts.Service(gates.names[slot])
            facts.full = tally.recent(slot, .full)
            facts.reduced = tally.recent(slot, .reduced)
            facts.failed = tally.recent(slot, .failed)
            return facts
        }
        let names = Dictionary(uniqueKeysWithValues: gates.names.enumerated().dropFirst().map { ($1, $0) })
        for cell in cells where isServing(cell) {
            for service in topology.blueprints[topology.cells[cell.position].blueprint].services {
                guard let slot = names[service.name] else { continue }
                sights[slot - 1].cells += 1
                let gate = gates.known(cell, slot)
                guard gate >= 0 else { continue }
                if gates.gates[gate].breaker.refusesUntil(now: now) != nil { sights[slot - 1].shut += 1 }
            }
        }
        return sights
    }

    /// Faults lie on services of these cells, and of no others: customers are counted meanwhile. The driver calls it when they begin
    /// and when they end.
    package mutating func strike(services cells: CellSet, now: Instant) {
        let taking = CellUse(ledger.table, topology).taking
        impact.strike(services: CellSet(cells.filter { taking.contains($0) }), now: now)
        // The window has to be closed, also where no link is up.
        if impact.isOpen, nextLook == .distantFuture { nextLook = now + lookInterval }
    }

    /// How the worst answer was that services gave a customer in the last seconds, as far as it was not whole.
    package func recentAnswer(of customer: CustomerHash) -> ServiceTally.Answer { tally.recent(customer) }

    /// Whether services gave some customer less than the whole in the last seconds.
    package var hasReducedAnswers: Bool { tally.hasMarks }

    /// Services whose answers are not whole.
    func impaired(now: Instant) -> [PublicStatus.Service] {
        serviceFacts(of: CellUse(ledger.table, topology).taking, now: now).map { PublicStatus.Service($0) }
            .filter { $0.answers != .full }
    }

    /// Whether some cell has a store.
    package var hasRecords: Bool { topology.blueprints.contains { $0.store != nil } }

    /// Whether the cells of a customer that serve are enough for its records: for a strict majority where the strictest tier
    /// needs that, else for one. Nil where they have no store.
    package func hasQuorum(_ shard: Shard) -> Bool? {
        guard let first = shard.first,
            let strictest = topology.blueprints[topology.cells[first.position].blueprint].store?.strictest
        else { return nil }
        let serving = serving(of: shard)
        return switch strictest {
        case .critical: serving * 2 > shard.count
        case .important, .cache: serving > 0
        }
    }

    /// Which cells serve, as a number that is another one when another cell does, or customers live elsewhere.
    package var healthVersion: UInt64 {
        var version = StableHash.mix(UInt64(links.count)) ^ ledger.table.version
        for cell in notServing { version = StableHash.combine(version, UInt64(cell.position)) }
        return version
    }
}
