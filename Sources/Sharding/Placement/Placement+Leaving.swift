import MeshBase
import Topology

extension Placement {
    /// Where customers will be once a region is left. Customers who were moved by hand leave it too: their cohort's cells take
    /// the places of those that are left.
    ///
    /// - Parameter topology: this placement's.
    package func leaving(_ region: Int, in topology: MeshTopology) -> Placement {
        let foreseen = foreseen { $0.leaving($0.evacuated + [region]) }
        func isLeft(_ cell: CellIndex) -> Bool { topology.cells[cell.position].region == region }
        var after = foreseen
        for entry in foreseen.table.entries where !entry.pins.isEmpty {
            var entry = entry
            if entry.state.phase == .new { try? entry.release() }
            for pin in entry.pins where !pin.isHeld && pin.shard.contains(where: isLeft) {
                let shard = pin.shard.replacing(
                    where: isLeft, by: foreseen.cohortAssignment(of: pin.customer).inForce)
                guard (try? entry.pin(pin.customer, from: pin.shard, to: shard)) != nil else { continue }
                try? entry.advance(pin: pin.customer, .switchOver)
            }
            _ = try? after.install(entry)
        }
        return after
    }

    /// How many customers have other cells here than there.
    ///
    /// - Parameter customers: those looked at, from the first on.
    package func differences(to other: Placement, customers: Int) -> Int {
        guard customers > 0 else { return 0 }
        return (1...customers).count { number in
            let customer = CustomerHash(number: number)
            return shard(of: customer) != other.shard(of: customer)
        }
    }
}
