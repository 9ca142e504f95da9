import MeshBase
import Resilience
import Topology
import Wire

/// What routers and other cells ask on mesh links: each frame goes to the part that it is for.
extension CellNode {
    /// A frame from a router.
    package mutating func handle(
        frame: borrowing FrameView, link: ConnectionID, now: Instant, into sink: inout some CellSink
    ) {
        counters.frames += 1
        hintNow = now
        if affliction.isActive, isStruck(frame.head, link: link, now: now, into: &sink) { return }
        if frame.head.kind == .ping { return pong(frame.head, to: link, into: &sink) }
        let asker = CellAsker.frame(link, request: frame.head.request)
        guard !isStopping else {
            noteRefusal(.stopping, frame.head, now: now)
            return refuse(asker, .stopping, frame.head, into: &sink)
        }
        switch frame.head.kind {
        case .serviceCall:
            arrived.count += 1
            routerLinks.called(link)
            guard let service = graph.service(named: frame.name) else {
                noteRefusal(.unknownService, frame.head, now: now)
                return refuse(asker, .unknownService, frame.head, into: &sink)
            }
            guard !isStarting else {
                counters.notReady += 1
                noteRefusal(.notReady, frame.head, service, now: now)
                return refuse(asker, .notReady, frame.head, into: &sink)
            }
            guard isCurrent(frame.head, asker, isRecord: false, into: &sink) else {
                return noteRefusal(.otherEpoch, frame.head, service, now: now)
            }
            let trace = follow(frame.head, service, now: now)
            let deadline =
                frame.head.deadline == 0 ? Instant.distantFuture : now + .milliseconds(Int64(frame.head.deadline))
            if claim(service, frame, asker, deadline: deadline, trace: trace, now: now, into: &sink) { return }
            let isSafe = HTTPMethod(rawValue: UInt8(truncatingIfNeeded: frame.head.status))?.isIdempotent ?? false
            call(
                service, for: asker, customer: frame.head.customer, priority: frame.head.flags.priority,
                safety: isSafe ? .idempotent : .once, isRead: frame.head.status == UInt16(HTTPMethod.get.rawValue),
                deadline: deadline, name: frame.customer,
                program: programRequest(service, frame), trace: trace, now: now, into: &sink)
        case .recordVersion, .recordRead, .recordWrite:
            arrived.count += 1
            order(frame, asker, now: now, into: &sink)
        case .storeState, .recordList, .recordFetch, .recordDigest, .hints:
            handle(peer: frame, asker, now: now, into: &sink)
        case .entries: exchange(frame, asker, now: now, into: &sink)
        case .cohortStatus: tellStatus(frame, asker, now: now, into: &sink)
        case .decree: decide(frame, asker, into: &sink)
        case .claim: keepClaim(frame, asker, now: now, into: &sink)
        case .tombstones, .dropTombstones: handle(sweep: frame, asker, now: now, into: &sink)
        case .cancel:
            if graph.cancel(.init(link: link, request: frame.head.request), now: now, into: &sink) {
                counters.cancels += 1
                answerFinished(now: now, into: &sink)
            } else {
                counters.cancelsLate += 1
            }
        case .ping, .pong, .reply, .refusal, .hint:
            counters.unexpectedFrames += 1
        }
    }

    private mutating func pong(_ ping: FrameHead, to link: ConnectionID, into sink: inout some CellSink) {
        counters.pings += 1
        var head = ping
        head.kind = .pong
        // A router that has cut a service off asks how that is.
        if ping.customer.rawValue != 0 { head.status = toldHealth(ofService: ping.customer.rawValue) }
        sink.reply(
            head, to: link, note: UnsafeRawBufferPointer(start: nil, count: 0),
            body: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func refuse(_ asker: CellAsker, _ why: Refusal, _ head: FrameHead, into sink: inout some CellSink) {
        guard case .frame(let link, let request) = asker else { return }
        sink.refuse(why, request: request, acknowledgement: head.kind == .recordWrite, epoch: head.epoch, to: link)
    }
}
