import MeshBase
import Reports

/// The hashes of all customers in their order: a mark in the vitals of a router is told by its place.
package struct CustomerOrder: Sendable {
    private var known: [UInt64] = []

    /// Made when it is asked for.
    package init() {}

    /// Nil for more customers than have marks of their own.
    mutating func hashes(of count: Int) -> [UInt64]? {
        guard count <= CustomerMarks.most else { return nil }
        if known.count != count { known = (0..<count).map { CustomerHash(number: $0 + 1).rawValue }.sorted() }
        return known
    }
}
