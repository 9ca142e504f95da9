import Foundation
import MeshBase
import Reports
import Topology

@testable import Feed

/// Equal regions `r1` ... of cells `r1-1` ..., and routers `e1` ... in the regions.
func mesh(
    regions: Int = 3, cells: Int = 4, size: Int = 3, customers: Int = 200, routers: Int = 1,
    spread: ShardingPolicy.Spread = .region
) -> MeshTopology {
    let shop = Blueprint(
        name: "shop",
        services: [
            Service(
                name: "checkout", work: Work(),
                calls: [Edge(to: 1, timeout: .milliseconds(500)), Edge(to: 2, timeout: .seconds(1))]),
            Service(name: "shipping"), Service(name: "rates", kind: .cache),
        ], store: StoreSettings(tier: .critical))
    return MeshTopology(
        name: "test", seed: 42, regions: (1...regions).map { Region(name: "r\($0)", zones: ["a", "b"]) },
        cells: (0..<regions).flatMap { region in
            (0..<cells).map { Cell(name: "r\(region + 1)-\($0 + 1)", region: region, zone: $0 % 2) }
        }, blueprints: [shop], customers: Customers(count: customers, popularity: .uniform),
        sharding: ShardingPolicy(size: size, spread: spread),
        routers: (0..<routers).map { Router(name: "e\($0 + 1)", region: $0 % regions) }, control: Control(region: 0))
}

/// The seeds of a randomized test: one alone where `CELLMESH_TEST_SEED` names it.
func seeds(_ count: UInt64) -> [UInt64] {
    if let text = ProcessInfo.processInfo.environment["CELLMESH_TEST_SEED"], let seed = UInt64(text) { return [seed] }
    return Array(1...count)
}

/// How a randomized test is run again.
func replay(_ seed: UInt64, _ test: String) -> String { "CELLMESH_TEST_SEED=\(seed) swift test --filter \(test)" }

extension FeedState {
    /// Some figures and members change, each now and then.
    mutating func change(_ generator: inout Generator, cells changes: Int) {
        for _ in 0..<changes where cells.count > 0 {
            let cell = Int(generator.below(UInt64(cells.count)))
            let field = FeedField.allCases[Int(generator.below(UInt64(FeedField.allCases.count)))]
            let isUnknown = generator.chance(0.1)
            cells[field, cell] = isUnknown ? .unknown : FeedFigure(raw: Int32(generator.below(50_000)) - 100)
        }
        func some(_ probability: Double) -> Bool { generator.chance(probability) }
        if some(0.5) { mesh.rps = Double(generator.below(1_000)) / 10 }
        if some(0.1) { mesh.ok = some(0.2) ? nil : generator.unit() }
        if some(0.1) {
            routers = (0..<generator.below(4)).map {
                FeedRouter(name: "e\($0)", state: some(0.3) ? .down : .serving, age: Int(generator.below(9)))
            }
        }
        if some(0.05) { halt = some(0.5) ? nil : FeedSwitch(since: Int64(generator.below(99)), text: "halt") }
        if some(0.05) { drill = some(0.5) ? nil : FeedDrill(name: "d", step: "\(generator.below(9))", since: 1) }
        if some(0.05) { monkey = some(0.5) ? nil : FeedSwitch(since: Int64(generator.below(99)), text: "") }
        if some(0.05) { evacuation = some(0.5) ? nil : .none(cohorts: Int(generator.below(64))) }
        if some(0.1) {
            load = some(0.3) ? nil : FeedLoad(rate: 1, sent: generator.below(99), ok: 1, dropped: 0, lag: 0)
        }
        if some(0.1) { impact.seen = Int(generator.below(99)) }
        if some(0.1) { impact.marks = some(0.5) ? nil : CustomerMarks.text([UInt8(generator.below(16))], bits: 4) }
        if some(0.1) {
            faults = (0..<generator.below(3)).map { FeedFault(id: "f\($0)", kind: "loss", targets: ["a"], until: nil) }
        }
        if some(0.1) {
            breakers = (0..<generator.below(3)).map {
                FeedBreaker(name: "b\($0)", state: "open", since: 3, failure: nil, calls: Int(generator.below(9)))
            }
        }
        if some(0.1) {
            alerts = (0..<generator.below(3)).map { FeedAlert(name: "A\($0)", subject: "s", since: 1, value: 0.5) }
        }
        if some(0.1) { amplification = [FeedAmplification(layer: "router", ratio: generator.unit())] }
        if some(0.1) { host = Vitals.Host(pressure: some(0.2) ? nil : generator.unit()) }
    }
}

/// The message of a server-sent event.
func message(_ event: [UInt8]) throws -> FeedMessage {
    let lines = String(decoding: event, as: UTF8.self).split(separator: "\n")
    let name = lines.first { $0.hasPrefix("event: ") }?.dropFirst(7) ?? ""
    let data = lines.first { $0.hasPrefix("data: ") }?.dropFirst(6) ?? ""
    return try ReportJSON.read(FeedMessage.self, Array("{\"\(name)\":\(data)}".utf8))
}
