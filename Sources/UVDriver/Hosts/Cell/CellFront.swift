import MeshBase
import Nodes
import TLS
import Wire

/// A cell's one listener: mesh frames from those who prove that they hold the mesh's secret, HTTP from anybody. The
/// first byte tells them apart.
final class CellFront: HTTPServer {
    private enum Speech {
        static let unknown: UInt32 = 0
        static let http: UInt32 = 1
        static let handshake: UInt32 = 2
        static let frames: UInt32 = 3
    }

    var node: UnsafeMutablePointer<CellNode>!
    var io: UnsafeMutablePointer<CellIO>!
    /// What it answers beside the data plane.
    var routes = HTTPRouteTable()
    private var settings: HostSettings!
    /// Of the topology; asked for with each frame.
    private var recordLimit = 0
    /// Routers are struck by faults, clients never.
    var wire: WireLayer!
    var events: HostEvents?
    /// Of links that are being opened, by the stream's index.
    private var openings: [UInt32: LinkSession] = [:]
    private(set) var rejectedLinks: UInt64 = 0
    private(set) var stalledLinks: UInt64 = 0
    private(set) var badFrames: UInt64 = 0
    /// Readings that a link was too full for.
    private(set) var recordsRefused: UInt64 = 0

    /// Bytes of records that wait on all links, and on one; a reading beyond is refused.
    static let recordsUnsent = 128 << 20
    static let linkUnsent = 32 << 20
    /// A router that does not read its answers is not read from beyond this backlog.
    static let linkBacklog = 8 << 20
    /// Nor does it keep its link when the answers to what it has asked already come to this.
    static let linkBacklogLimit = 64 << 20
    /// Or when it has taken none of them for this long.
    static let linkStall = TimeAmount.seconds(30)

    static func make(loop: EventLoop, settings: HostSettings) -> CellFront {
        var limits = Limits()
        limits.message = HTTPLimits(body: settings.topology.recordLimit)
        limits.connections = 4096
        limits.reserve = 512
        limits.buffered = 64 << 20
        limits.unsent = recordsUnsent
        let front = CellFront(loop: loop, limits: limits)
        front.settings = settings
        front.recordLimit = settings.topology.recordLimit
        return front
    }

    private static let exposedService: StaticString = "From another host a cell serves routers alone, over TLS."

    override func unsecured(_ stream: StreamPointer, _ fault: TLSFault) {
        events?.logRarely("link-refused", "a connection from another host was not secured: \(fault)")
    }

    override func received(_ stream: StreamPointer) {
        if stream.pointee.tag == Speech.unknown {
            stream.pointee.tag =
                LinkSession.begins(with: stream.pointee.input.bytes[0]) ? Speech.handshake : Speech.http
            if stream.pointee.tag == Speech.handshake, stream.pointee.isExposed {
                events?.logRarely("link-refused", "a link from another host was not opened: it came in the clear")
                pool.counters.count(.plain)
                return rejectLink(stream)
            }
            if stream.pointee.tag == Speech.handshake { begin(stream) }
        }
        switch stream.pointee.tag {
        case Speech.http: process(stream)
        case Speech.handshake: advance(stream)
        default: frames(stream)
        }
    }

    // MARK: Links

    private func begin(_ stream: StreamPointer) {
        openings[stream.pointee.index] = LinkSession(accepting: settings.linkIdentity, nonce: LinkNonce.make())
    }

    private func advance(_ stream: StreamPointer) {
        do {
            let isOpen =
                try openings[stream.pointee.index]?.advance(&stream.pointee.input, output: &stream.pointee.output)
                ?? false
            if let router = openings[stream.pointee.index]?.peer, let number = wire.nodes.number(of: router) {
                pool.setPeer(number, of: stream)
            }
            pool.wrote(stream)
            guard isOpen else { return }
            openings[stream.pointee.index] = nil
            stream.pointee.tag = Speech.frames
            pool.trust(stream)
            stream.pointee.waitingSince = loop.now()
            pool.probeSilentPeer(stream)
            frames(stream)
        } catch {
            // One that hangs up in the middle has been killed, cut off or has given up: it refused nothing.
            let name = openings[stream.pointee.index]?.peer ?? "somebody"
            let cause = StrangerWatch.cause(of: error)
            events?.logRarely("link-refused", "a link was not opened by one that calls itself \(name): \(cause)")
            rejectLink(stream)
        }
    }

    private func rejectLink(_ stream: StreamPointer) {
        rejectedLinks += 1
        pool.close(stream)
    }

    private struct Reader: FrameReader {
        unowned(unsafe) let front: CellFront
        let stream: StreamPointer

        // `drained` takes up what is left.
        var isReading: Bool { !stream.pointee.isClosing && front.pool.backlog(stream) <= CellFront.linkBacklog }
        func read(_ frame: borrowing FrameView) {
            front.node.pointee.handle(
                frame: frame, link: stream.pointee.id, now: front.loop.now(), into: &front.io.pointee)
        }
    }

    private func frames(_ stream: StreamPointer) {
        var reader = Reader(front: self, stream: stream)
        do {
            let used = try FrameCodec.read(stream.pointee.input.bytes, bodyLimit: recordLimit, by: &reader)
            guard !stream.pointee.isClosing else { return }
            pool.consume(stream, used)
            if pool.backlog(stream) > Self.linkBacklog { pool.pauseReading(stream) }
        } catch {
            badFrames += 1
            pool.close(stream)
        }
    }

    override func drained(_ stream: StreamPointer) {
        guard stream.pointee.tag == Speech.frames else { return super.drained(stream) }
        if !stream.pointee.input.isEmpty { frames(stream) }
        if pool.backlog(stream) <= Self.linkBacklog { pool.resumeReading(stream) }
    }

    override func keepsAfterEnd(_ stream: StreamPointer) -> Bool {
        stream.pointee.tag == Speech.http && super.keepsAfterEnd(stream)
    }

    override func sweep(_ stream: StreamPointer, now: Instant) {
        switch stream.pointee.tag {
        case Speech.handshake:
            if now - stream.pointee.waitingSince > LinkSession.openTimeout { rejectLink(stream) }
        case Speech.frames:
            if pool.backlog(stream) == 0, stream.pointee.input.isEmpty { pool.trim(stream) }
            if pool.hasProgressed(stream) || pool.backlog(stream) == 0 { stream.pointee.waitingSince = now }
            if now - stream.pointee.waitingSince > Self.linkStall { giveUp(stream) }
        default:
            super.sweep(stream, now: now)
        }
    }

    /// Whether the answer to a reading may wait on this link.
    func admits(record bytes: Int, on stream: StreamPointer) -> Bool {
        guard bytes > Self.small, pool.backlog(stream) + bytes > Self.linkUnsent else { return admits(answer: bytes) }
        recordsRefused += 1
        return false
    }

    /// Closes the link of a router that does not read.
    func giveUp(_ stream: StreamPointer) {
        stalledLinks += 1
        pool.close(stream)
    }

    override func closed(_ stream: StreamPointer) { openings[stream.pointee.index] = nil }

    // MARK: HTTP

    override func handle(_ stream: StreamPointer) {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        // Who ends the fault has to be able to ask about it.
        if node.pointee.swallows(now: loop.now()), !request.path.equals("/v1/faults", in: bytes) { return }
        guard HTTPRoute.isDataPlane(request.path, in: bytes) else {
            return answer(stream, from: routes)
        }
        guard !stream.pointee.isExposed else {
            pool.counters.count(.plain)
            return respond(stream, HTTPProblem(status: 403, detail: .fixed(Self.exposedService), policy: "security"))
        }
        let (data, route): (DataRequest, HTTPRoute)
        do {
            (data, route) = try DataPlane.read(request, in: bytes, id: stream.pointee.id)
        } catch {
            error.append(request, date(), into: &stream.pointee.output)
            return finish(stream)
        }
        guard case .service(let customer, let service, let rest) = route else {
            return respond(
                stream,
                HTTPProblem(
                    // Not 404, which says of a record that it is not there.
                    status: 421, detail: .fixed("Records go through a router, which asks the whole shard."),
                    policy: "routing"))
        }
        if node.pointee.lies() {
            return respond(
                stream,
                HTTPProblem(status: 500, detail: .fixed("A fault makes the cell fail this request."), policy: "fault"))
        }
        // Keys are taken from routers alone, whose calls are of an epoch.
        guard !request.idempotencyKey.isPresent else { return respond(stream, HTTPUnkept.idempotencyKey.problem) }
        stream.pointee.route = route
        if data.isTraceMalformed { node.pointee.noteMalformedTrace() }
        let texts = (Array(service.text(in: bytes).utf8), Array(customer.text(in: bytes).utf8))
        texts.0.withUnsafeBytes { service in
            texts.1.withUnsafeBytes { customer in
                node.pointee.handle(
                    serviceCall: service, customer: customer, priority: data.priority,
                    isSafe: data.isIdempotent, isRead: request.method == .get,
                    deadline: data.deadline ?? settings.topology.routing.requestTimeout,
                    program: { trace in
                        ProgramRequest(
                            customer: Array(customer), method: request.method, path: Array(rest.bytes(in: bytes)),
                            trace: trace, traceState: trace == nil ? [] : TraceState.bytes(of: request, in: bytes),
                            body: Array(request.body.bytes(in: bytes)))
                    },
                    parent: data.trace, isExplained: data.isExplained, connection: stream.pointee.id,
                    now: loop.now(), into: &io.pointee)
            }
        }
    }

    /// What a client that waits for its answer calls itself, and its trace.
    func client(of connection: ConnectionID) -> TraceClient {
        guard let stream = pool.stream(connection), let route = stream.pointee.route else { return TraceClient() }
        return TraceClient(stream.pointee.request, route, in: stream.pointee.input.bytes)
    }
}
