import Chaos
import Foundation
import MeshBase
import Testing

@testable import UVDriver

@Suite struct FaultWatchTests {
    private final class Rig {
        let folder: URL
        let loop: EventLoop
        let layer: WireLayer
        var watch: FaultWatch!
        var path: String { folder.appendingPathComponent("faults.json").path }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("faults-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            loop = try EventLoop()
            layer = FaultBench.layer(loop)
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
