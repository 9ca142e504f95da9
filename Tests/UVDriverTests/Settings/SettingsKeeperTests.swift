import Foundation
import MeshBase
import Resilience
import Testing
import Wire

@testable import UVDriver

@Suite("The settings of a process")
struct SettingsKeeperTests {
    private final class Rig {
        let folder: TemporaryFolder
        let loop: EventLoop
        var keeper: SettingsKeeper
        let settings: HostSettings
        private(set) var seen: [SettingsDocument] = []
        private(set) var changes: [SettingsChange] = []

        init(_ prepare: (TemporaryFolder) throws -> Void = { _ in }) throws {
            folder = try TemporaryFolder()
            try prepare(folder)
            loop = try EventLoop()
            var settings = HostSettings(
                name: "r1", topology: FaultBench.topology, placement: .init(), dataDirectory: folder.path,
                secret: Array(repeating: 7, count: 32), boot: 1, storeID: 1)
            settings.settingsPath = folder.path("mesh.json")
            self.settings = settings
            let events = HostEvents(settings, loop: loop)
            keeper = SettingsKeeper(
                loop: loop, settings: settings, events: events, wire: FaultBench.layer(loop),
                security: HostSecurity(settings, loop: loop, events: events))
        }

        func start() {
            keeper.start(members: { [] }) { [unowned self] document, changes in
                seen.append(document)
                self.changes += changes
            }
        }

        func post(_ document: SettingsDocument) -> String {
            switch keeper.take(Array(SettingsText.sealed(document, keeper.seal).utf8)) {
            case .json(let text): text
            case .problem(let problem): "\(problem.status)"
            default: "other"
            }
        }

        var wall: Int64 { loop.wallClock() / 1_000_000 }
    }

    private static func write(_ document: SettingsDocument, _ path: String) throws {
        try SettingsText.file(document).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private let off = [FlagEntry("offers", isOn: false)]

    @Test func itBeginsWithTheHigherOfItsOwnAndTheMeshs() throws {
        for (own, mesh) in [(UInt64(3), UInt64(2)), (2, 3)] {
            let rig = try Rig { folder in
                try Self.write(SettingsDocument(version: own, flags: off), folder.path("settings.json"))
                try Self.write(SettingsDocument(version: mesh, flags: off), folder.path("mesh.json"))
            }
            rig.start()
            #expect(rig.seen.map(\.version) == [3])
            #expect(rig.changes.map(\.name) == ["offers"])
        }
    }

    @Test func withNothingNobodyIsTold() throws {
        let rig = try Rig()
        rig.start()
        #expect(rig.seen.isEmpty && rig.keeper.document.version == 0)
    }

    @Test func aDamagedFileIsSetAsideAndCounted() throws {
        let rig = try Rig { folder in
            for name in ["settings.json", "mesh.json"] {
                try "{".write(toFile: folder.path(name), atomically: true, encoding: .utf8)
            }
        }
        #expect(rig.keeper.document.version == 0)
        #expect(rig.keeper.counters.malformed == 1)
        #expect(rig.folder.names.contains("settings.json.damaged"))
        #expect(rig.folder.names.contains("mesh.json"), "the mesh's is not this process's to move")
    }

    @Test func whatIsPushedIsInForceAndKept() throws {
        let rig = try Rig()
        rig.start()
        #expect(rig.post(SettingsDocument(version: 5, flags: off)).contains("\"verdict\":\"applied\""))
        #expect(rig.post(SettingsDocument(version: 5, flags: off)).contains("\"verdict\":\"same\""))
        #expect(rig.post(SettingsDocument(version: 4)).contains("\"verdict\":\"older\",\"version\":5"))
        #expect(rig.seen.map(\.version) == [5])
        try rig.loop.turn { rig.keeper.saved.written == 1 }
        let kept = try String(contentsOfFile: rig.folder.path("settings.json"), encoding: .utf8)
        #expect(try SettingsText.reading(kept) == .document(SettingsDocument(version: 5, flags: off)))
    }

    @Test func whatIsForgedChangesNothing() throws {
        let rig = try Rig()
        rig.start()
        let other = SettingsSeal(secret: Array(repeating: 8, count: 32), mesh: "x")
        let text = SettingsText.sealed(SettingsDocument(version: 9, flags: off), other)
        guard case .problem(let problem) = rig.keeper.take(Array(text.utf8)) else {
            Issue.record("it was taken")
            return
        }
        #expect(problem.status == 403)
        #expect(rig.keeper.document.version == 0 && rig.seen.isEmpty && rig.keeper.counters.malformed == 1)
        guard case .problem(let second) = rig.keeper.take(Array("{".utf8)) else {
            Issue.record("it was taken")
            return
        }
        #expect(second.status == 400 && rig.keeper.counters.malformed == 2)
    }

    @Test func anEntryEndsByItself() throws {
        let rig = try Rig()
        rig.start()
        let soon = WallTime(milliseconds: rig.wall + 50)
        _ = rig.post(SettingsDocument(version: 1, flags: [FlagEntry("offers", isOn: false, until: soon)]))
        #expect(rig.seen.last?.flags.count == 1)
        try rig.loop.turn { rig.seen.count == 2 }
        #expect(rig.seen.last?.flags.isEmpty == true && rig.seen.last?.version == 1)
        #expect(rig.changes.last?.value == nil)
        #expect(rig.keeper.document.flags.count == 1, "the document is the one that the control plane made")
    }

    @Test func whatEndedBeforeTheStartIsNotInForce() throws {
        let rig = try Rig { folder in
            try Self.write(
                SettingsDocument(
                    version: 2, flags: [FlagEntry("offers", isOn: false, until: WallTime(milliseconds: 1))]),
                folder.path("settings.json"))
        }
        rig.start()
        #expect(rig.seen.map(\.flags.count) == [0])
    }
}
