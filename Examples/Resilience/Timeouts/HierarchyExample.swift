import MeshBase
import Resilience

enum HierarchyExample: Example {
    static let name = "hierarchy"
    static let shows = "a caller with less time than its callees need, with the path"

    static func run() -> Table {
        typealias Edge = TimeoutHierarchy.Edge
        // gateway -> checkout -> payment, the last with two attempts of 300 ms and 50 ms between them.
        let payment = Edge(
            to: 2, timeout: .seconds(1), attempt: .milliseconds(300), attempts: 2, backoffs: .milliseconds(50))
        let mesh = TimeoutHierarchy([
            .init("gateway", work: .milliseconds(10), steps: [.call(Edge(to: 1, timeout: .milliseconds(500)))]),
            .init("checkout", work: .milliseconds(40), steps: [.call(payment)]),
            .init("payment", work: .milliseconds(100)),
        ])
        var table = Table("path", "limit ms", "wanted ms")
        for found in mesh.violations(from: "client", [Edge(to: 0, timeout: .seconds(5))]) {
            table.row(found.path.joined(separator: " > "), ms(found.limit), ms(found.wanted))
        }
        return table
    }
}
