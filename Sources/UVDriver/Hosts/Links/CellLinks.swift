import MeshBase
import Nodes
import Topology
import Wire

/// A process's links to cells: one multiplexed connection each, opened with a proof of the mesh's secret.
class CellLinks: StreamOwner {
    struct Counters {
        var opened: UInt64 = 0
        var failed: UInt64 = 0
        var framesIn: UInt64 = 0
        var framesOut: UInt64 = 0
        /// Frames that found their link gone or its buffer full.
        var dropped: UInt64 = 0
        var badFrames: UInt64 = 0
    }

    private struct Link {
        var stream: SlabKey?
        /// Since when a connection is tried into a cut, whose answer cannot come.
        var hangsSince: Instant?
        var handshake: LinkHandshake?
    }

    private(set) var pool: StreamPool!
    private(set) var counters = Counters()
    private var links: [Link] = []
    private var settings: HostSettings!
    /// Of the topology; asked for with each frame.
    private var recordLimit = 0
    /// Links whose opening failed at once; reported from outside the node's own call.
    private var failedAtOnce: [CellIndex] = []

    var wire: WireLayer!
    var events: HostEvents?
    var onUp: (CellIndex) -> Void = { _ in }
    var onDown: (CellIndex) -> Void = { _ in }

    /// A frame of a cell, read at `now` or before.
    func handle(frame: borrowing FrameView, from cell: CellIndex, now: Instant) {}

    /// A link that cannot be written to holds at most this many bytes; the router is told that frames beyond are not
    /// sent.
    static let backlogLimit = 16 << 20
    static let openTimeout = TimeAmount.seconds(2)

    /// Called once, before anything is opened.
    func configure(_ settings: HostSettings, wire: WireLayer) {
        links = Array(repeating: Link(), count: settings.topology.cells.count)
        self.settings = settings
        recordLimit = settings.topology.recordLimit
        pool = StreamPool(
            loop: loop, owner: self, limit: Self.most(settings.topology),
            inputLimit: 2 * (recordLimit + FrameCodec.overhead))
        self.wire = wire
        wire.adopt(pool)
    }

    /// There are further cells.
    func grow(_ topology: MeshTopology) {
        links += Array(repeating: Link(), count: topology.cells.count - links.count)
        settings.topology = topology
        pool.limit = max(pool.limit, Self.most(topology))
    }

    /// Each cell's link, and its former one that is being closed.
    private static func most(_ topology: MeshTopology) -> Int { topology.cells.count * 2 + 16 }

    /// No link is open or being opened.
    var isIdle: Bool { links.allSatisfy { $0.stream == nil && $0.hangsSince == nil } }

    // MARK: Orders of the node

    func open(_ cell: CellIndex, at endpoint: Endpoint) {
        links[cell.position] = Link()
        if wire.preventsConnection(with: wire.nodes.number(of: cell)) {
            wire.connectionHangs(with: wire.nodes.number(of: cell))
            links[cell.position].hangsSince = loop.now()
            return
        }
        guard let stream = pool.connect(to: endpoint, from: settings.advertise, tag: UInt32(cell.rawValue)) else {
            links[cell.position].stream = nil
            failedAtOnce.append(cell)
            return
        }
        links[cell.position].stream = stream.pointee.id
        pool.setPeer(wire.nodes.number(of: cell), of: stream)
    }

    func close(_ cell: CellIndex) {
        let stream = links[cell.position].stream.flatMap { pool.stream($0) }
        links[cell.position] = Link()
        if let stream { pool.close(stream) }
    }

    /// Where frames to a cell are appended; nil when its link is down or full.
    @inline(__always)
    func stream(for cell: CellIndex) -> StreamPointer? {
        guard let id = links[cell.position].stream, let stream = pool.stream(id),
            pool.backlog(stream) < Self.backlogLimit
        else {
            counters.dropped += 1
            return nil
        }
        counters.framesOut += 1
        return stream
    }

    var hasFailures: Bool { !failedAtOnce.isEmpty }

    /// Reports what failed inside calls of the node. Called once per turn.
    func reportFailures() {
        guard !failedAtOnce.isEmpty else { return }
        let failed = failedAtOnce
        failedAtOnce.removeAll()
        for cell in failed {
            counters.failed += 1
            onDown(cell)
        }
    }

    /// Gives up links whose opening takes too long: a paused cell accepts and never answers.
    func sweep() {
        let now = loop.now()
        pool.forEach { stream in
            let cell = CellIndex(UInt16(stream.pointee.tag))
            guard links[cell.position].stream == stream.pointee.id, !isUp(cell),
                now - stream.pointee.waitingSince > Self.openTimeout
            else { return }
            lost(stream)
            pool.close(stream)
        }
        for position in links.indices {
            guard let since = links[position].hangsSince,
                now - since > Self.openTimeout
                    || !wire.preventsConnection(with: wire.nodes.number(of: CellIndex(position)))
            else { continue }
            links[position] = Link()
            counters.failed += 1
            onDown(CellIndex(position))
        }
    }

    private func isUp(_ cell: CellIndex) -> Bool { pool.stream(links[cell.position].stream!)?.pointee.isBusy ?? false }

    // MARK: Events of the loop

    override func connected(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links[cell.position].stream == stream.pointee.id else { return pool.close(stream) }
        pool.probeSilentPeer(stream)
        let handshake = LinkHandshake(
            side: .opener, secret: settings.secret, mesh: settings.topology.wireLabel, name: settings.name,
            nonce: LinkNonce.make())
        handshake.begin(into: &stream.pointee.output)
        links[cell.position].handshake = handshake
        pool.wrote(stream)
    }

    override func received(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links[cell.position].stream == stream.pointee.id else { return pool.close(stream) }
        if links[cell.position].handshake != nil {
            guard advance(stream, cell) else { return }
        }
        frames(stream, cell)
    }

    private func advance(_ stream: StreamPointer, _ cell: CellIndex) -> Bool {
        do {
            let progress = try links[cell.position].handshake!.advance(
                &stream.pointee.input, output: &stream.pointee.output)
            pool.wrote(stream)
            guard case .done(let peer) = progress else { return false }
            guard peer == settings.topology.cells[cell.position].name else { throw LinkHandshake.Failure.badName }
            links[cell.position].handshake = nil
            // The mark of a link that is up.
            stream.pointee.isBusy = true
            counters.opened += 1
            onUp(cell)
            return true
        } catch {
            let name = settings.topology.cells[cell.position].name
            events?.logRarely("link-refused", "the link to \(name) was not opened: \(StrangerWatch.cause(of: error))")
            lost(stream)
            pool.close(stream)
            return false
        }
    }

    private func frames(_ stream: StreamPointer, _ cell: CellIndex) {
        // Behind the read: what has arrived was sent before now, whatever stopped this process meanwhile.
        let now = loop.refreshNow()
        var used = 0
        while !stream.pointee.isClosing {
            let bytes = UnsafeRawBufferPointer(rebasing: stream.pointee.input.bytes[used...])
            do {
                guard
                    let (frame, size) = try FrameCodec.first(
                        of: bytes, bodyLimit: recordLimit)
                else { break }
                counters.framesIn += 1
                handle(frame: frame, from: cell, now: now)
                used += size
            } catch {
                counters.badFrames += 1
                lost(stream)
                pool.close(stream)
                return
            }
        }
        if !stream.pointee.isClosing { pool.consume(stream, used) }
    }

    override func ended(_ stream: StreamPointer, error: UVError?) { lost(stream) }

    private func lost(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links[cell.position].stream == stream.pointee.id else { return }
        links[cell.position] = Link()
        counters.failed += 1
        onDown(cell)
    }
}
