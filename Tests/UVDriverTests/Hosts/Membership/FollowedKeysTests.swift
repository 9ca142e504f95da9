import Foundation
import MeshBase
import Nodes
import Testing
import Wire

@testable import UVDriver

@Suite("The key file of a process")
struct FollowedKeysTests {
    private struct Refused: Error {}

    private struct NoSink: GossipSink {
        mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {}
        mutating func persist(incarnation: UInt32) {}
        mutating func emit(_ event: NodeEvent) {}
    }

    private final class Rig {
        let folder: TemporaryFolder
        let loop: EventLoop
        let wire: WireLayer
        let membership: HostMembership
        private let sink: UnsafeMutablePointer<NoSink>
        private(set) var taken: [GossipKeyFile] = []
        var isRefusing = false

        init() throws {
            folder = try TemporaryFolder()
            loop = try EventLoop()
            wire = FaultBench.layer(loop)
            var settings = HostSettings(
                name: "r1", topology: FaultBench.topology, placement: .init(), dataDirectory: folder.path,
                secret: Array(repeating: 7, count: 32), boot: 1, storeID: 1)
            settings.keysPath = folder.path("keys")
            let events = HostEvents(settings, loop: loop)
            membership = HostMembership(
                loop: loop, settings: settings, events: events, wire: wire,
                security: HostSecurity(settings, loop: loop, events: events))
            sink = .allocate(capacity: 1)
            sink.initialize(to: NoSink())
        }

        func keep() {
            var member = KeptMember(sink, loop) { _ in throw Refused() }
            member.members = { [] }
            member.rekey = { [unowned self] in
                guard !isRefusing else { throw Refused() }
                taken.append($0)
            }
            membership.keep(member)
        }

        func write(_ text: String) {
            #expect(SmallFile.replace(folder.path("keys"), with: text))
            membership.keysFile?.refresh()
        }

        /// How often an event stands in the log.
        func told(_ action: String) -> Int {
            let text = SmallFile.read(folder.path("events.ndjson"), most: 1 << 20) ?? ""
            return text.split(separator: "\n").count { $0.contains("\"\(action)\"") }
        }

        deinit {
            membership.close()
            wire.close()
            loop.close()
            sink.deallocate()
        }
    }

    private func keys(_ count: UInt32) -> GossipKeyFile {
        GossipKeyFile(
            keys: (1...count).map { .init(id: $0, bytes: Array(repeating: UInt8($0), count: 32)) }, primary: count)
    }

    @Test("Without the file the secret is the key; one that appears is taken, and so is each other")
    func appears() throws {
        let rig = try Rig()
        #expect(try rig.membership.keys() == nil)
        rig.keep()
        for count in UInt32(1)...2 { rig.write(keys(count).text) }
        #expect(rig.taken == [keys(1), keys(2)] && rig.told("keys-changed") == 2 && rig.membership.refusedKeys == 0)
    }

    @Test("The keys of the start are not taken again")
    func start() throws {
        let rig = try Rig()
        rig.write(keys(1).text)
        #expect(try rig.membership.keys() == keys(1))
        rig.keep()
        rig.membership.keysFile?.refresh()
        rig.write(keys(1).text)
        #expect(rig.taken.isEmpty, "another file of the same keys is no news")
        rig.write(keys(2).text)
        #expect(rig.taken == [keys(2)])
    }

    @Test("The file is looked at without being asked")
    func poll() throws {
        let rig = try Rig()
        rig.keep()
        #expect(SmallFile.replace(rig.folder.path("keys"), with: keys(1).text))
        try rig.loop.turn { rig.taken == [keys(1)] }
    }

    @Test("What is no key file, or is refused by the member, is told once and counted; the keys in use stay")
    func refused() throws {
        let rig = try Rig()
        rig.keep()
        rig.write("nonsense")
        rig.isRefusing = true
        rig.write(keys(1).text)
        for _ in 0..<3 { rig.membership.keysFile?.refresh() }
        #expect(rig.membership.refusedKeys == 2 && rig.taken.isEmpty && rig.told("keys-refused") == 2)
        rig.isRefusing = false
        rig.write(keys(2).text)
        #expect(rig.taken == [keys(2)] && rig.told("keys-refused") == 2)
    }

    @Test("A process does not start on a key file that is none, or cannot be read", arguments: [true, false])
    func damagedAtStart(isDirectory: Bool) throws {
        let rig = try Rig()
        if isDirectory {
            try FileManager.default.createDirectory(atPath: rig.folder.path("keys"), withIntermediateDirectories: false)
        } else {
            rig.write("nonsense")
        }
        let failure = #expect(throws: HostFailure.self) { try rig.membership.keys() }
        #expect(failure?.description.contains(rig.folder.path("keys")) == true)
    }
}
