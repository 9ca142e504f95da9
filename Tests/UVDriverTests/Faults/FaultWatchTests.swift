import Chaos
import Foundation
import MeshBase
import Testing
import Topology

@testable import UVDriver

@Suite struct FaultWatchTests {
    private final class Rig {
        let folder: URL
        let loop: EventLoop
        let layer: WireLayer
        var watch: FaultWatch!
        var path: String { folder.appendingPathComponent("faults.json").path }

        init(as name: String = "r1") throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("faults-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            loop = try EventLoop()
            layer = FaultBench.layer(loop, name)
        }

        func start() { watch = FaultWatch(path: path, loop: loop, wire: layer, events: nil) }

        func write(_ sheet: FaultSheet) throws {
            #expect(SmallFile.replace(path, with: String(decoding: try JSONEncoder().encode(sheet), as: UTF8.self)))
        }

        func close() {
            watch.close()
            layer.close()
            loop.close()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    private func sheet(_ revision: Int64, expiresIn lease: TimeAmount = .hours(1), _ loop: EventLoop) -> FaultSheet {
        FaultSheet(
            revision: revision,
            faults: [
                FaultBench.fault(
                    .partition, .cell("e1"), [.router("r1")], id: "f\(revision)",
                    expires: loop.wallClock() + lease.nanoseconds)
            ], addresses: ["e1": "127.0.0.1:777", "nobody": "127.0.0.1:1", "w1": "nonsense"])
    }

    @Test func aProcessThatStartsKnowsTheFaultsBeforeItSends() throws {
        let rig = try Rig()
        try rig.write(sheet(1, rig.loop))
        rig.start()
        #expect(rig.layer.isActive && rig.watch.inForce == ["f1"] && rig.watch.revision == 1)
        #expect(!rig.layer.hears(.loopback(777)), "the sheet tells where nodes are")
        rig.close()
    }

    @Test func aChangedFileIsFollowedWithoutBeingTold() throws {
        let rig = try Rig()
        rig.start()
        #expect(!rig.layer.isActive)
        try rig.write(sheet(1, rig.loop))
        try rig.loop.turn { rig.layer.isActive }
        try rig.write(FaultSheet(revision: 2))
        try rig.loop.turn { !rig.layer.isActive }
        rig.close()
    }

    @Test func aLeaseEndsWithoutAnybody() throws {
        let rig = try Rig()
        try rig.write(sheet(1, expiresIn: .milliseconds(300), rig.loop))
        rig.start()
        #expect(rig.layer.isActive)
        try rig.loop.turn { !rig.layer.isActive }
        #expect(rig.watch.inForce.isEmpty && rig.watch.revision == 1, "the file still lists it")
        rig.close()
    }

    @Test func aLeaseThatHasEndedDoesNotBegin() throws {
        let rig = try Rig()
        try rig.write(sheet(1, expiresIn: .seconds(-1), rig.loop))
        rig.start()
        #expect(!rig.layer.isActive)
        rig.close()
    }

    private func skew(of node: TargetSelector, _ id: String, for lease: TimeAmount) -> Fault {
        Fault(id: id, FaultSpec(.clock(.skew(.hours(1))), on: [node]), lease: lease, from: SystemClock.reading())
    }

    /// The wall clock is ahead until the fault ends, and what leases are measured by is not.
    @Test func aClockThatIsAheadEndsNoLease() throws {
        let rig = try Rig()
        let ahead = skew(of: .router("r1"), "f1", for: .milliseconds(700))
        try rig.write(FaultSheet(revision: 1, faults: [ahead, skew(of: .cell("e1"), "f2", for: .minutes(5))]))
        rig.start()
        #expect(rig.watch.inForce == ["f1"])
        #expect(rig.loop.wallAhead == .hours(1))
        #expect(rig.loop.wallClock() - SystemClock.reading().wall > TimeAmount.minutes(59).nanoseconds)
        #expect(
            SystemClock.reading(on: rig.loop).wall - SystemClock.reading().wall > TimeAmount.minutes(59).nanoseconds)
        // What comes now is read with the clock that is ahead, and lasts as long as it was asked for.
        let cut = Fault(
            id: "f3", FaultSpec(.partition, .cell("e1"), .router("r1")), lease: .minutes(1), from: SystemClock.reading()
        )
        try rig.write(FaultSheet(revision: 2, faults: [ahead, cut]))
        rig.watch.refresh()
        #expect(rig.watch.inForce == ["f3", "f1"] && rig.layer.isActive)
        try rig.loop.turn { rig.loop.wallAhead == .zero }
        #expect(rig.watch.inForce == ["f3"] && rig.layer.isActive)
        #expect(abs(rig.loop.wallClock() - SystemClock.reading().wall) < TimeAmount.minutes(1).nanoseconds)
        rig.close()
    }

    @Test func aDiskIsFilledFromWhenThereIsOneUntilTheFaultEnds() throws {
        let rig = try Rig(as: "e1")
        let spec = FaultSpec(.disk(.fill), on: [.cell("e1")])
        let fault = Fault(id: "f1", spec, lease: .milliseconds(700), from: SystemClock.reading())
        try rig.write(FaultSheet(revision: 1, faults: [fault]))
        rig.start()
        #expect(rig.watch.inForce.isEmpty, "it has no disk")
        var told: [[String]] = []
        rig.watch.onDisk { told.append($0) }
        #expect(rig.watch.inForce == ["f1"] && told == [["f1"]])
        try rig.loop.turn { told.count > 1 }
        #expect(rig.watch.inForce.isEmpty && told == [["f1"], []])
        rig.close()
    }

    @Test func aDamagedFileLeavesTheRulesAsTheyAre() throws {
        let rig = try Rig()
        try rig.write(sheet(1, rig.loop))
        rig.start()
        for text in ["", "{", "{\"revision\":1}", "[1,2,3]", String(repeating: "x", count: FaultWatch.largest + 1)] {
            #expect(SmallFile.replace(rig.path, with: text))
            rig.watch.refresh()
            #expect(rig.layer.isActive)
        }
        #expect(rig.watch.failures == 5)
        try FileManager.default.removeItem(atPath: rig.path)
        rig.watch.refresh()
        #expect(!rig.layer.isActive, "no file is no fault")
        rig.close()
    }
}
