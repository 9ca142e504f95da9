import Membership
import MeshBase
import Nodes
import Telemetry
import Wire

/// The node's membership as the process around it reaches it; everything here runs on the loop's thread.
package struct KeptMember {
    package var rekey: (GossipKeyFile) throws -> Void
    /// Asks members of the former life.
    package var rejoin: ([Endpoint]) -> Void
    /// An answer that came by stream.
    package var streamed: (UnsafeRawBufferPointer) -> Void
    package var members: () -> [Member]
    /// Rises whenever the members may be others than before; nil where that is not known.
    package var revision: () -> UInt64? = { nil }
    /// Others that live.
    package var othersAlive: () -> Int = { 0 }
    package var join: (_ seeds: [Endpoint], _ former: [Endpoint]) -> Void
    package var search: () -> Search

    /// How far it has come with its seeds.
    package struct Search {
        package var isAlone = false
        package var unreached: [Endpoint] = []
        /// Packets that none of the mesh's keys has sealed, and where the last came from.
        package var strangers: UInt64 = 0
        package var stranger: Endpoint?
        /// Where another process bears this one's name.
        package var namesake: Endpoint?
        /// How often that was heard of.
        package var conflicts: UInt64 = 0
    }

    /// - Parameter access: lends the node's port to a body, at once.
    package init<Sink: GossipSink>(
        _ sink: UnsafeMutablePointer<Sink>, _ loop: EventLoop,
        access: @escaping (_ body: (inout GossipPort) throws -> Void) throws -> Void
    ) {
        rekey = { keys in try access { try $0.rekey(keys) } }
        rejoin = { former in
            try? access { $0.rejoin(through: former, now: loop.now(), into: &sink.pointee) }
        }
        streamed = { datagram in
            try? access { $0.handle(streamed: datagram, now: loop.now(), into: &sink.pointee) }
        }
        join = { seeds, former in
            try? access { $0.join(seeds: seeds, insteadOf: former, now: loop.now(), into: &sink.pointee) }
        }
        search = {
            var search = Search()
            try? access {
                search.isAlone = $0.swim.isAlone
                search.unreached = $0.swim.unreachedSeeds
                search.strangers = $0.counters.rejected[.unauthentic]
                search.stranger = $0.stranger
                search.namesake = $0.swim.namesake(now: loop.now())
                search.conflicts = $0.swim.counters.nameConflicts
            }
            return search
        }
        revision = {
            var revision: UInt64?
            try? access { revision = $0.swim.revision }
            return revision
        }
        othersAlive = {
            var count = 0
            try? access { count = $0.swim.liveCount - 1 }
            return count
        }
        members = {
            var members: [Member] = []
            try? access { members = $0.swim.members }
            return members
        }
    }
}

/// What a process does for its membership beside datagrams: it follows the key file, keeps a snapshot of the members
/// for its next life, and carries pings over streams.
package final class HostMembership {
    private let loop: EventLoop
    private let events: HostEvents
    private let wire: WireLayer
    private let security: HostSecurity
    /// Nil where the secret is the only key.
    let keysFile: WatchedFile<GossipKeyFile>?
    private let snapshotPath: String
    /// From one look to the next.
    private let interval: TimeAmount
    private let rhythm: Int
    private var member: KeptMember?
    private var timer: LoopTimer?
    private var client: HTTPClient?
    private var ticks = 0
    private var names: SeedNames?
    private var stranger = StrangerWatch()

    /// The snapshot of the life before this one.
    private let former: MemberSnapshot
    private var written: MemberSnapshot
    /// Of the members that it was made of.
    private var snapshotRevision: UInt64?

    /// How often the key file is looked at.
    static let interval = TimeAmount.milliseconds(500)
    /// The snapshot is written at most every so many looks: 5 s.
    private static let snapshotTicks = 10
    /// A process that has found nobody by then tries the members of its former life: 2 s, and again every 5 s.
    private static let rejoinTicks = 4
    /// Pings by stream under way at once.
    private static let streams = 32
    private static let streamTimeout = TimeAmount.seconds(2)

    init(
        loop: EventLoop, settings: HostSettings, events: HostEvents, wire: WireLayer, security: HostSecurity
    ) {
        self.security = security
        interval = Self.interval * settings.rhythm
        rhythm = Int(settings.rhythm)
        self.loop = loop
        self.events = events
        self.wire = wire
        keysFile = settings.keysPath.map {
            WatchedFile($0, most: GossipKeyFile.longest) { text in
                guard let file = GossipKeyFile(text) else { throw HostFailure("it is no key file of a mesh") }
                return file
            }
        }
        snapshotPath = settings.dataDirectory + "/members.snapshot"
        former = MemberSnapshot(SmallFile.read(snapshotPath, most: MemberSnapshot.longest) ?? "")
        written = former
    }

    /// The keys to start with; nil where there is no key file, and the secret is the key.
    ///
    /// - Throws: one that is there and cannot be read is no reason to seal with a key that was taken out of use.
    func keys() throws -> GossipKeyFile? {
        guard let keysFile else { return nil }
        do { return try keysFile.load() } catch {
            throw HostFailure("the key file \(keysFile.path) cannot be used: \(error)")
        }
    }

    /// Versions of the key file that were refused.
    package var refusedKeys: UInt64 { keysFile?.refusals ?? 0 }

    package func keep(_ member: KeptMember) {
        self.member = member
        timer = try? LoopTimer(loop: loop) { [unowned self] in tick() }
        timer?.start(after: interval, every: interval)
        followKeys()
    }

    /// Looks up the names of seeds again while the process runs.
    func follow(_ search: SeedSearch) { names = SeedNames(loop: loop, search) }

    /// All that the node knows of.
    var members: [Member] { member?.members() ?? [] }

    /// Seeds were given and nobody has answered yet.
    package var isAlone: Bool { member?.search().isAlone ?? false }

    func close() {
        timer?.close()
        timer = nil
        keysFile?.close()
        names = nil
        client?.close()
        member = nil
    }

    private func tick() {
        ticks += 1
        seek()
        if ticks % Self.snapshotTicks == max(Self.rejoinTicks / rhythm, 1) { rejoin() }
        if ticks % Self.snapshotTicks == 0 { writeSnapshot() }
    }

    // MARK: Keys

    private func followKeys() {
        guard let keysFile else { return }
        keysFile.follow(on: loop, every: interval) { [unowned self] keys in
            // Where they are refused, the keys that are in use stay.
            try member?.rekey(keys)
            events.log("keys-changed", "\(keys.keys.count) keys, primary \(keys.primary)")
        } refuse: { [unowned self] error in
            events.log("keys-refused", "\(keysFile.path): \(error)")
        }
    }

    // MARK: Seeds

    private func seek() {
        guard let member else { return }
        names?.tick(unreached: { member.search().unreached }) { [weak self] name, found, former in
            guard let self, let member = self.member else { return }
            member.join(found, former)
            events.log("join-found", "\(name.host):\(name.port) is " + found.map(\.host).joined(separator: ", "))
        }
        guard ticks % StrangerWatch.ticks == 0 else { return }
        for (action, detail) in stranger.look(member.search()) {
            events.log(action, detail)
            _ = SmallFile.write(2, "cellmesh: \(detail)\n")
        }
    }

    // MARK: Snapshot

    private func writeSnapshot() {
        guard let member else { return }
        let revision = member.revision()
        guard revision == nil || revision != snapshotRevision else { return }
        snapshotRevision = revision
        let snapshot = MemberSnapshot(member.members())
        // One that is alone keeps what may lead it back.
        guard !snapshot.entries.isEmpty, snapshot != written else { return }
        if SmallFile.replace(snapshotPath, with: snapshot.text) { written = snapshot } else { snapshotRevision = nil }
        // Members have come or gone: what that took meanwhile is given back.
        ProcessSetup.returnFreeMemory()
    }

    private func rejoin() {
        guard let member, !written.entries.isEmpty else { return }
        guard member.othersAlive() == 0 else { return }
        let seeds = written.entries.prefix(16).map(\.endpoint)
        if ticks <= Self.rejoinTicks { events.log("rejoining", "\(seeds.count) members of the former life are tried") }
        member.rejoin(Array(seeds))
    }

    // MARK: Streams

    /// Carries a sealed ping over HTTP: `GET /v1/gossip/HEX`, answered with the sealed ack in hexadecimal.
    package func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
        guard member != nil else { return }
        let client = self.client ?? HTTPClient(loop: loop, connections: Self.streams, security: security)
        self.client = client
        let request = HTTPOutgoing(.get, endpoint, "/v1/gossip/" + HexText.text(datagram))
        wire.call(endpoint, bytes: datagram.count) {
            client.send(request, timeout: Self.streamTimeout) { [weak self] result in
                guard let self, let member, wire.reaches(endpoint), case .success(let answer) = result,
                    answer.status == 200,
                    let bytes = HexText.bytes(answer.text.trimmingNewline)
                else { return }
                bytes.withUnsafeBytes { member.streamed($0) }
            }
        }
    }
}

extension String {
    /// Without white space at its end.
    var trimmingNewline: Substring {
        var end = self[...]
        while let last = end.last, last.isWhitespace { end.removeLast() }
        return end
    }
}

/// The members that a process leaves to its next life: `cellmesh-members 1`, then a line `NAME HOST:PORT` for each.
package struct MemberSnapshot: Equatable {
    package struct Entry: Equatable {
        package var name: String
        package var endpoint: Endpoint
    }

    static let header = "cellmesh-members 1"
    /// Bytes of the longest file that is read.
    static let longest = 1 << 20

    package var entries: [Entry] = []

    /// The others that live.
    package init(_ members: [Member]) {
        entries = members.filter { !$0.isSelf && $0.status.isLive }
            .map { Entry(name: $0.name, endpoint: $0.profile.gossip) }
    }

    /// Takes what can be read, and nothing of a file of another kind.
    package init(_ text: String) {
        let lines = text.split(separator: "\n")
        guard lines.first.map(String.init) == Self.header else { return }
        for line in lines.dropFirst() {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let endpoint = Endpoint(String(parts[1])), endpoint.port != 0 else { continue }
            entries.append(Entry(name: String(parts[0]), endpoint: endpoint))
        }
    }

    package var text: String {
        var text = Self.header + "\n"
        for entry in entries { text += "\(entry.name) \(entry.endpoint)\n" }
        return text
    }
}
