import MeshBase
import Replication
import Sharding
import Topology

/// Whether enough of every customer's shard is there, where that cannot be said whatever the customers' names are: customer
/// by customer of those that the topology has.
///
/// With cells of two domains dead, some name may stand for a customer without a majority, and nearly always some customer
/// does: that one is held back, and the others move.
enum CohortMembers {
    /// A mesh with more customers is not looked through.
    static let mostCustomers = 1_000_000

    /// The customers of a cohort without a pin; nil where there are too many of them to look.
    static func customers(of cohort: Int, _ topology: MeshTopology, _ placement: Placement) -> [CustomerHash]? {
        guard topology.customers.count <= mostCustomers else { return nil }
        let entry = placement.table.entries[cohort]
        return (1...max(topology.customers.count, 1)).lazy.map { CustomerHash(number: $0) }.filter {
            placement.table.cohort(of: $0) == cohort && entry.pin(of: $0) == nil
        }
    }

    /// Whether of every customer's shard a majority is there, on the side in force or on the other.
    static func areCovered(
        _ customers: [CustomerHash]?, other: Bool, _ placement: Placement, missing: (CellIndex) -> Bool
    ) -> Bool {
        guard let customers else { return false }
        return customers.allSatisfy { customer in
            let assignment = placement.cohortAssignment(of: customer)
            return (other ? assignment.other : assignment.inForce).hasMajority(missing: missing)
        }
    }
}
