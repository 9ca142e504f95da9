import Chaos
import Foundation
import MeshBase
import Store
import Testing

@testable import ControlPlane

@Suite("Faults on the wire: leases, journal and file")
struct FaultRegisterTests {
    private final class Rig {
        let scratch: Scratch
        let directory: DataDirectory
        let journal: Journal
        let register: FaultRegister

        init(_ scratch: Scratch? = nil, keeps: Bool = true, now: ClockReading = .wall(0)) throws {
            self.scratch = try scratch ?? Scratch()
            directory = try self.scratch.mesh()
            journal = try self.scratch.journal(directory)
            register = try FaultRegister(
                journal: journal, path: directory.faultsPath, topology: Sample.topology, keeps: keeps, now: now)
        }

        var sheet: FaultSheet {
            get throws {
                try JSONDecoder().decode(
                    FaultSheet.self, from: Data(contentsOf: URL(fileURLWithPath: directory.faultsPath)))
            }
        }
        var actions: [String] {
            get throws { try journal.events().filter { $0.type == "fault" }.map { "\($0.action) \($0.subject)" } }
        }
    }

    private func cut(_ lease: TimeAmount = .seconds(5)) -> FaultRequest {
        FaultRequest(kind: "partition", targets: ["region/eu", "region/us"], lease: lease)
    }

    @Test("A fault is a lease in the journal and a line in the file")
    func adds() throws {
        let rig = try Rig()
        let before = try rig.sheet.revision
        let fault = try rig.register.add(cut(), now: .wall(1_000))
        #expect(fault.id == "f1" && fault.expires == 5_000_001_000)
        let lease = try #require(try rig.journal.leases().first)
        #expect(lease.id == "f1" && lease.kind == "wire/partition" && lease.target == "region/eu region/us")
        #expect(lease.expiresAt == fault.expires)
        #expect(try rig.sheet.faults == [fault])
        #expect(try rig.sheet.revision > before)
        #expect(try rig.actions == ["added f1"])
        #expect(try rig.register.add(cut(), now: .wall(1_000)).id == "f2")
    }

    @Test("Faults end by id, all at once, or by themselves")
    func ends() throws {
        let rig = try Rig()
        var ended: [Bool] = []
        rig.register.onChange = { ended.append($0) }
        for lease in [3, 1, 2] as [Int64] { _ = try rig.register.add(cut(.seconds(lease)), now: .wall(0)) }
        #expect(rig.register.schedule.nextExpiry(at: .wall(0)) == .seconds(1))
        #expect(rig.register.expire(now: .wall(999_999_999)).isEmpty)
        #expect(rig.register.expire(now: .wall(1_000_000_000)).map(\.id) == ["f2"])
        #expect(try rig.register.remove(["f3"], now: .wall(0)).map(\.id) == ["f3"])
        #expect(throws: APIFailure.self) { try rig.register.remove(["f1", "f9"], now: .wall(0)) }
        #expect(rig.register.schedule.faults.map(\.id) == ["f1"], "one unknown id refuses all")
        #expect(try rig.register.remove(nil, now: .wall(0)).map(\.id) == ["f1"])
        #expect(ended == [false, false, false, true, true, true], "what routers told before is of another mesh")
        #expect(try rig.journal.leases().isEmpty)
        #expect(try rig.sheet.faults.isEmpty)
        #expect(try rig.actions == ["added f1", "added f2", "added f3", "expired f2", "removed f3", "removed f1"])
    }

    @Test(
        "Faults of disks and clocks are leases that processes follow, as those on the wire, and a successor takes them over"
    )
    func disksAndClocks() throws {
        let scratch = try Scratch()
        let cell = try #require(Sample.topology.cells.first).name
        do {
            let rig = try Rig(scratch)
            var skew = FaultRequest(kind: "skew", targets: [cell], lease: .seconds(9))
            skew.amount = .hours(1)
            let faults = [
                try rig.register.add(
                    FaultRequest(kind: "fill-disk", targets: [cell], lease: .seconds(5)), now: .wall(0)),
                try rig.register.add(skew, now: .wall(0)),
            ]
            #expect(try rig.sheet.faults == faults)
            #expect(Set(try rig.journal.leases().map(\.kind)) == ["disk/fill-disk", "clock/skew"])
            rig.journal.close()
        }
        let next = try Rig(scratch, now: .wall(6_000_000_000))
        #expect(next.register.schedule.faults.map(\.id) == ["f2"])
        #expect(next.register.schedule.faults.first?.action == .clock(.skew(.hours(1))))
        #expect(try next.sheet.faults.map(\.id) == ["f2"])
    }

    @Test("A successor takes over what still holds, and ends what does not")
    func successor() throws {
        let scratch = try Scratch()
        do {
            let rig = try Rig(scratch)
            _ = try rig.register.add(cut(.seconds(1)), now: .wall(0))
            _ = try rig.register.add(cut(.seconds(9)), now: .wall(0))
            rig.journal.close()
        }
        let next = try Rig(scratch, now: .wall(2_000_000_000))
        #expect(next.register.schedule.faults.map(\.id) == ["f2"])
        #expect(try next.sheet.faults.map(\.id) == ["f2"])
        #expect(try next.actions.last == "expired f1")
        #expect(try next.register.add(cut(), now: .wall(0)).id == "f3", "ids are not given twice")
        let revision = try next.sheet.revision
        next.journal.close()
        let later = try Rig(scratch, now: .wall(3_000_000_000))
        #expect(try later.sheet.revision > revision)
    }

    @Test("Kills and pauses are leases too, which no process follows by the file")
    func processes() throws {
        let scratch = try Scratch()
        let rig = try Rig(scratch)
        let revision = try rig.sheet.revision
        let names = [Sample.us1, Sample.us2]
        let kill = try rig.register.hold(.kill, on: names, lease: nil, now: .wall(5))
        #expect(
            kill.spec.text == "kill cell/us-1,cell/us-2" && kill.expires == .max && kill.remaining(at: .wall(9)) == nil)
        #expect(try rig.register.hold(.pause, on: [Sample.eu1], lease: .seconds(3), now: .wall(0)).id == "f2")
        #expect(try rig.sheet.revision == revision && rig.sheet.faults.isEmpty && rig.actions.isEmpty)
        #expect(rig.register.expire(now: .wall(3_000_000_000)).map(\.id) == ["f2"])
        // The latest word counts: one of the two is killed for a time.
        _ = try rig.register.hold(.kill, on: [Sample.us2], lease: .seconds(9), now: .wall(0))
        #expect(rig.register.schedule.faults.map(\.spec.text).sorted() == ["kill cell/us-1", "kill cell/us-2"])
        // One came back by itself.
        try rig.register.release { name, _ in name == Sample.us2 }
        #expect(rig.register.schedule.faults.map(\.id) == ["f3"])
        rig.journal.close()
        let next = try Rig(scratch, now: .wall(1))
        #expect(next.register.schedule.faults.map(\.spec.text) == ["kill cell/us-2"])
        #expect(try next.register.remove(nil, now: .wall(2)).map(\.id) == ["f3"])
        #expect(try next.journal.leases().isEmpty && next.actions.isEmpty)
    }

    @Test("A new launch begins without the faults of the last")
    func fresh() throws {
        let scratch = try Scratch()
        do {
            let rig = try Rig(scratch)
            _ = try rig.register.add(cut(.hours(1)), now: .wall(0))
            rig.journal.close()
        }
        let next = try Rig(scratch, keeps: false, now: .wall(1))
        #expect(next.register.schedule.faults.isEmpty)
        #expect(try next.sheet.faults.isEmpty && next.journal.leases().isEmpty)
        #expect(try next.actions.last == "removed f1")
    }

    @Test("A refusal changes nothing and suggests what was meant")
    func refusals() throws {
        let rig = try Rig()
        let revision = rig.register.revision
        for (request, words) in [
            (FaultRequest(kind: "latncy", targets: ["eu-1"]), "latency"),
            (FaultRequest(kind: "blackhole", targets: ["eu-11"]), "eu-1"),
            (FaultRequest(kind: "zombie", targets: ["control"]), "lies on cells"),
            (FaultRequest(kind: "loss", targets: ["eu-1"]), "--rate"),
        ] {
            do throws(APIFailure) {
                _ = try rig.register.add(request, now: .wall(0))
                Issue.record("\(request) was accepted")
            } catch {
                #expect(error.status == 400 && error.detail.contains(words), "\(error.detail)")
            }
        }
        #expect(rig.register.revision == revision && rig.register.schedule.faults.isEmpty)
        #expect(try rig.actions.isEmpty)
    }

    @Test("A file that cannot be written is not pretended")
    func unwritable() throws {
        let rig = try Rig()
        try FileManager.default.removeItem(atPath: rig.directory.faultsPath)
        // A directory in the file's place cannot be replaced by a file.
        try FileManager.default.createDirectory(
            atPath: rig.directory.faultsPath + "/x", withIntermediateDirectories: true)
        do throws(APIFailure) {
            _ = try rig.register.add(cut(), now: .wall(0))
            Issue.record("it was accepted")
        } catch { #expect(error.status == 500) }
        #expect(rig.register.schedule.faults.isEmpty && rig.register.isStale)
        #expect(try rig.journal.leases().isEmpty)
        try FileManager.default.removeItem(atPath: rig.directory.faultsPath)
        rig.register.expire(now: .wall(0))
        #expect(!rig.register.isStale)
        #expect(try rig.sheet.faults.isEmpty)
    }

    @Test("A fault ends where no new file can be made, and does not come back with the next control plane")
    func endsWithoutRoom() throws {
        let rig = try Rig()
        let fault = try rig.register.add(cut(.seconds(50)), now: .wall(0))
        // As with a full disk: the file can be written where it stands, and no other beside it.
        let temporary = "\(rig.directory.faultsPath).\(getpid()).new"
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        #expect(try rig.register.remove(nil, now: .wall(1)).map(\.id) == [fault.id])
        #expect(try rig.sheet.faults.isEmpty && !rig.register.isStale)
        // The journal could not be written either, and the control plane died.
        try rig.journal.write { try $0.addLease(Self.lease(fault)) }
        let next = try Rig(rig.scratch, now: .wall(2))
        #expect(next.register.schedule.faults.isEmpty)
        #expect(try next.journal.leases().isEmpty)
    }

    private static func lease(_ fault: Fault) throws -> FaultLease {
        FaultLease(
            id: fault.id, kind: "wire/partition", target: "",
            parameters: String(
                decoding: try JSONEncoder().encode(fault), as: UTF8.self),
            createdAt: fault.created, expiresAt: fault.expires)
    }

    @Test("Where the file cannot be written at all, faults stay in force and that is said")
    func staysInForce() throws {
        let rig = try Rig()
        _ = try rig.register.add(cut(.seconds(50)), now: .wall(0))
        try FileManager.default.removeItem(atPath: rig.directory.faultsPath)
        try FileManager.default.createDirectory(
            atPath: rig.directory.faultsPath + "/x", withIntermediateDirectories: true)
        do throws(APIFailure) {
            _ = try rig.register.remove(nil, now: .wall(1))
            Issue.record("it said that it was healed")
        } catch {
            #expect(error.status == 500 && error.detail.contains("stays in force"))
        }
        #expect(rig.register.schedule.faults.count == 1)
        #expect(try rig.journal.leases().count == 1)
    }

    @Test("Addresses are told while there are faults")
    func addresses() throws {
        let rig = try Rig()
        let revision = rig.register.revision
        rig.register.setAddresses(["eu-1": "127.0.0.1:1"])
        #expect(rig.register.revision == revision, "nobody needs them without a fault")
        _ = try rig.register.add(cut(), now: .wall(0))
        #expect(try rig.sheet.addresses == ["eu-1": "127.0.0.1:1"])
        rig.register.setAddresses(["eu-1": "127.0.0.1:2"])
        #expect(try rig.sheet.addresses == ["eu-1": "127.0.0.1:2"])
    }
}
