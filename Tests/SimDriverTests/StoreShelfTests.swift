import Foundation
import MeshBase
import Replication
import Sharding
import Store
import Testing
import Topology

@testable import SimDriver

/// What orders do is decided once, by `StoreDesk`; here the two places that rows lie in are held together: the simulator's
/// dictionaries and the database's tables give the same answer to the same orders.
@Suite struct StoreShelfTests {
    private static let tiers = TierRules(
        StoreSettings(
            tier: .important, conflicts: ConflictSettings(prefixes: [.init(prefix: "cart/", handling: .siblings)])))
    private static let cohorts = 4
    private static let keys = ["a", "b", "cart/1", "cart/2"].map { Array($0.utf8) }
    private static let claim = ClaimKey.bytes(service: Array("pay".utf8), key: [1])
    private static let customers = ["acme", "best", "core", "dyne"].map { Array($0.utf8) }

    /// Orders drawn from a seed, at the entries that the ones before them have left.
    private struct Draws {
        var rng: Generator
        var table = PlacementTable(cohortCount: StoreShelfTests.cohorts)
        var ticket: UInt64 = 0

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int(rng.below(UInt64(elements.count)))]
        }
        mutating func version() -> RecordVersion {
            RecordVersion(counter: 1 + rng.below(9), writer: 1 + rng.below(2))
        }
        mutating func position() -> RecordPosition {
            RecordPosition(customer: pick(StoreShelfTests.customers), key: pick(StoreShelfTests.keys))
        }
        mutating func line() -> RecordLine {
            RecordLine(position: position(), version: version(), tombstone: rng.chance(0.3))
        }
        mutating func value() -> [UInt8] { [UInt8](repeating: UInt8(rng.below(3)), count: Int(rng.below(4))) }
        mutating func fence() -> CohortFence {
            var fence = CohortFence(table, cohort: Int(rng.below(UInt64(StoreShelfTests.cohorts))))
            if rng.chance(0.1) { fence.version += 1 }
            return fence
        }

        mutating func next() -> StoreOrder {
            ticket += 1
            let position = position()
            let isClaim = rng.chance(0.1)
            var order = StoreOrder(
                ticket: ticket, customer: position.customer, key: isClaim ? StoreShelfTests.claim : position.key,
                epoch: table.epoch(of: position.hash), operation: isClaim ? claim() : operation())
            if rng.chance(0.1) { order.epoch = Epoch(order.epoch.rawValue + 1) }
            if rng.chance(0.5) { order.hintedAt = Int64(1 + rng.below(50)) }
            return order
        }

        private mutating func claim() -> StoreOrder.Operation {
            let ballot = RecordVersion(epoch: .first, round: UInt32(1 + rng.below(9)), proposer: 1 + rng.below(2))
            return rng.chance(0.5) ? .promise(ballot, until: 10) : .accept(ballot, value())
        }

        private mutating func operation() -> StoreOrder.Operation {
            switch rng.below(16) {
            case 0: return .version
            case 1, 2: return .read
            case 3, 4, 5: return .write(version: version(), value: value(), tombstone: rng.chance(0.3))
            case 6, 7:
                return .add(
                    dot: version(), value: value(), tombstone: rng.chance(0.2),
                    superseding: rng.chance(0.5) ? [version(), version()] : [])
            case 8: return .list(fence(), after: .start, limit: 1 + Int(rng.below(4)), fingerprints: rng.chance(0.5))
            case 9: return .fetch(fence(), [position(), position(), position()], bytes: 1 + Int(rng.below(4)))
            case 10:
                let fence = fence()
                let records = [line(), line()].filter { fence.hashes.contains($0.position.hash.rawValue) }
                    .map { StoredRecord(line: $0, value: $0.tombstone ? [] : [7]) }
                return .fill(FillPage(fence: fence, records: records, upTo: .start, floor: rng.below(4)))
            case 11: return .drop(fence(), [line(), line(), line()])
            case 12: return .hints(after: .start, until: Int64(rng.below(60)), limit: 1 + Int(rng.below(5)))
            case 13: return .lacks([line(), line()])
            case 14: return .settle([line(), line(), line()])
            default:
                guard rng.chance(0.2) else { return .count(cohort: Int(rng.below(5))) }
                var entry = table.entries[Int(rng.below(UInt64(StoreShelfTests.cohorts)))]
                if entry.state.other == nil { try? entry.begin(evacuated: [1]) } else { try? entry.switchOver() }
                table.merge(entry)
                return .install(entry, nil)
            }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theDatabaseAndTheSimulatorsDiskAnswerAlike(seed: UInt64) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "cellmesh-shelf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let birth = StoreBirth(storeID: 9, isFounding: true)
        let store = try RecordStore(
            path: directory.appending(path: "store.sqlite").path, cell: "c", birth: birth, durability: .process,
            cohorts: Self.cohorts, tiers: Self.tiers)
        defer { store.close() }
        let disk = SimDisk(cohorts: Self.cohorts, tiers: Self.tiers)
        _ = disk.open(birth)
        var draws = Draws(rng: Generator(seed: seed, concern: "shelf"))
        for _ in 0..<40 {
            let batch = (0..<20).map { _ in draws.next() }
            for (order, (ours, theirs)) in zip(batch, zip(disk.run(batch), store.run(batch))) {
                try #require(ours == theirs, "seed \(seed), order \(order)")
            }
        }
    }
}
