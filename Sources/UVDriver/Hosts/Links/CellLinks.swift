import MeshBase
import Nodes
import TLS
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

    private(set) var pool: StreamPool!
    private(set) var counters = Counters()
    private var links = LinkTable(cells: 0)
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

    /// Called once, before anything is opened.
    func configure(_ settings: HostSettings, wire: WireLayer) {
        links = LinkTable(cells: settings.topology.cells.count)
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
        links.grow(to: topology.cells.count)
        settings.topology = topology
        pool.limit = max(pool.limit, Self.most(topology))
    }

    /// Each cell's link, and its former one that is being closed.
    private static func most(_ topology: MeshTopology) -> Int { topology.cells.count * 2 + 16 }

    /// No link is open or being opened.
    var isIdle: Bool { links.isIdle }

    // MARK: Orders of the node

    func open(_ cell: CellIndex, at endpoint: Endpoint) {
        links.close(cell)
        // Into a cut: the answer cannot come.
        if wire.preventsConnection(with: wire.nodes.number(of: cell)) {
            wire.connectionHangs(with: wire.nodes.number(of: cell))
            return links.hangs(to: cell, since: loop.now())
        }
        guard let stream = connect(endpoint, tag: UInt32(cell.rawValue)) else {
            failedAtOnce.append(cell)
            return
        }
        links.tries(stream.pointee.id, to: cell)
        pool.setPeer(wire.nodes.number(of: cell), of: stream)
    }

    /// Over a Unix socket where the cell is on this host and has one.
    private func connect(_ endpoint: Endpoint, tag: UInt32) -> StreamPointer? {
        let isSecured = pool.security?.secures(endpoint) ?? false
        if !isSecured, let near = pool.connect(toLocal: LocalListener.name(of: endpoint), tag: tag) { return near }
        return pool.connect(to: endpoint, from: settings.advertise, tag: tag)
    }

    func close(_ cell: CellIndex) {
        if let stream = links.close(cell).flatMap({ pool.stream($0) }) { pool.close(stream) }
    }

    /// Where frames to a cell are appended; nil when its link is down or full.
    @inline(__always)
    func stream(for cell: CellIndex) -> StreamPointer? {
        guard let id = links.open(to: cell), let stream = pool.stream(id), pool.backlog(stream) < Self.backlogLimit
        else {
            counters.dropped += 1
            return nil
        }
        counters.framesOut += 1
        return stream
    }

    func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
        guard let stream = stream(for: cell) else { return false }
        append(&stream.pointee.output)
        pool.wrote(stream)
        return true
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

    /// Gives up links whose opening takes too long.
    func sweep() {
        let now = loop.now()
        pool.forEach { stream in
            let cell = CellIndex(UInt16(stream.pointee.tag))
            guard links.isOpening(stream.pointee.id, to: cell),
                now - stream.pointee.waitingSince > LinkSession.openTimeout
            else { return }
            lost(stream)
            pool.close(stream)
        }
        for cell in settings.topology.cells.indices.lazy.map({ CellIndex($0) }) {
            guard let since = links.hangsSince(to: cell),
                now - since > LinkSession.openTimeout
                    || !wire.preventsConnection(with: wire.nodes.number(of: cell))
            else { continue }
            links.close(cell)
            counters.failed += 1
            onDown(cell)
        }
    }

    // MARK: Events of the loop

    override func connected(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links.isLink(stream.pointee.id, to: cell) else { return pool.close(stream) }
        pool.probeSilentPeer(stream)
        links.connected(
            cell,
            LinkSession(
                opening: settings.linkIdentity, to: settings.topology.cells[cell.position].name,
                nonce: LinkNonce.make(), output: &stream.pointee.output))
        pool.wrote(stream)
    }

    override func received(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links.isLink(stream.pointee.id, to: cell) else { return pool.close(stream) }
        if links.isOpening(stream.pointee.id, to: cell) {
            guard advance(stream, cell) else { return }
        }
        frames(stream, cell)
    }

    private func advance(_ stream: StreamPointer, _ cell: CellIndex) -> Bool {
        do {
            let isOpen = try links.advance(cell, &stream.pointee.input, output: &stream.pointee.output)
            pool.wrote(stream)
            guard isOpen else { return false }
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

    private struct Reader: FrameReader {
        unowned(unsafe) let owner: CellLinks
        let stream: StreamPointer
        let cell: CellIndex
        let now: Instant

        var isReading: Bool { !stream.pointee.isClosing }
        func read(_ frame: borrowing FrameView) {
            owner.counters.framesIn += 1
            owner.handle(frame: frame, from: cell, now: now)
        }
    }

    private func frames(_ stream: StreamPointer, _ cell: CellIndex) {
        // Behind the read: what has arrived was sent before now, whatever stopped this process meanwhile.
        var reader = Reader(owner: self, stream: stream, cell: cell, now: loop.refreshNow())
        do {
            let used = try FrameCodec.read(stream.pointee.input.bytes, bodyLimit: recordLimit, by: &reader)
            if !stream.pointee.isClosing { pool.consume(stream, used) }
        } catch {
            counters.badFrames += 1
            lost(stream)
            pool.close(stream)
        }
    }

    override func unsecured(_ stream: StreamPointer, _ fault: TLSFault) {
        let cell = settings.topology.cells[Int(stream.pointee.tag)].name
        events?.logRarely("link-refused", "the link to \(cell) was not secured: \(fault)")
    }

    override func ended(_ stream: StreamPointer, error: UVError?) { lost(stream) }

    private func lost(_ stream: StreamPointer) {
        let cell = CellIndex(UInt16(stream.pointee.tag))
        guard links.lost(stream.pointee.id, to: cell) else { return }
        counters.failed += 1
        onDown(cell)
    }
}
