import CLibUV
import Glibc
import MeshBase

/// How a process gives its sockets to the one that takes its place, so that no client is ever turned away.
///
/// The holder listens on a Unix socket in its data directory. Its successor, which has the same directory, asks there once
/// all that may fail has been done; gets the sockets of gossip, probes and customers; joins and links; and says that it
/// serves. Until then the holder answers customers, from then on the successor does. A socket that both hold keeps what
/// waits in its backlog, whichever of them closes it first.
enum Handover {
    static let fileName = "handover"
    static let question = "take-over 1"
    static let serving = "serving"
    /// The longest packet, in bytes.
    static let longest = 64
    /// How long a successor may take from its question until it serves.
    static let patience = TimeAmount.seconds(8)
    /// How long a holder may take to answer.
    static let answerMilliseconds: Int32 = 1_000

    /// False where the other end does not take it.
    @discardableResult
    static func send(_ text: String, _ descriptors: [Int32] = [], to fd: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return cuv_packet_send_errno(fd, bytes, bytes.count, descriptors, UInt32(descriptors.count)) == 0
    }

    /// One packet and the descriptors in it, which are the caller's; the error where there is none, 0 at the end.
    static func receive(from fd: Int32) -> Result<(text: String, descriptors: [Int32]), UVError> {
        var packet = [UInt8](repeating: 0, count: longest)
        var (descriptors, count) = ([Int32](repeating: -1, count: Int(CUV_MOST_DESCRIPTORS)), UInt32(0))
        let size = cuv_packet_receive_errno(fd, &packet, packet.count, &descriptors, &count)
        guard size > 0 else { return .failure(UVError(code: Int32(size), operation: "receive a packet")) }
        return .success((String(decoding: packet[..<size], as: UTF8.self), Array(descriptors.prefix(Int(count)))))
    }

    /// Calls `body` with a path to the socket that is never too long for one.
    static func withPath<Result>(in directory: String, _ body: (String) -> Result) -> Result? {
        let folder = cuv_open_errno(directory, O_RDONLY | O_DIRECTORY, 0)
        guard folder >= 0 else { return nil }
        defer { _ = cuv_close(folder) }
        return body("/proc/self/fd/\(folder)/\(fileName)")
    }
}

/// The sockets of a router, each a descriptor that belongs to whoever has this.
struct HandedSockets {
    var data: Int32
    var admin: Int32
    var gossip: Int32
    /// Of a port that routers share.
    var shared: Int32?
    /// How many cells the holder reaches.
    var serving: Int

    /// In the order in which they are sent.
    var descriptors: [Int32] { [data, admin, gossip] + (shared.map { [$0] } ?? []) }

    init(data: Int32, admin: Int32, gossip: Int32, shared: Int32? = nil, serving: Int) {
        (self.data, self.admin, self.gossip, self.shared) = (data, admin, gossip, shared)
        self.serving = serving
    }

    /// Nil where they are not as many as `descriptors` are.
    init?(_ descriptors: [Int32], serving: Int) {
        guard descriptors.count == 3 || descriptors.count == 4 else { return nil }
        self.init(
            data: descriptors[0], admin: descriptors[1], gossip: descriptors[2],
            shared: descriptors.count > 3 ? descriptors[3] : nil, serving: serving)
    }

    func close() { descriptors.forEach(Self.close) }
    static func close(_ descriptor: Int32) { _ = cuv_close(descriptor) }
}

/// What a holder offers to its successor.
final class HandoverOffer {
    private let loop: EventLoop
    private let directory: String
    private var door: DescriptorWatcher?
    private var guest: DescriptorWatcher?
    private var timer: LoopTimer?
    private var isGiven = false

    /// A successor asks: the sockets, which are closed here once they are sent; nil: not now.
    var onAsked: () -> HandedSockets? = { nil }
    /// Called once, when the successor serves, or never will.
    var onEnd: (_ isServing: Bool) -> Void = { _ in }

    init(loop: EventLoop, directory: String) throws(UVError) {
        self.loop = loop
        self.directory = directory
        let status = Handover.withPath(in: directory) { cuv_packets_listen_errno($0) } ?? -ENOENT
        guard status >= 0 else {
            throw UVError(code: status, operation: "listen on \(directory)/\(Handover.fileName)")
        }
        door = try DescriptorWatcher(loop: loop, fd: status, operation: "offer a handover") { [unowned self] in admit()
        }
    }

    func close() {
        if door != nil, !isGiven { removeDoor() }
        door?.close()
        guest?.close()
        timer?.close()
        (door, guest, timer) = (nil, nil, nil)
    }

    private func removeDoor() { _ = Handover.withPath(in: directory) { unlink($0) } }

    private func admit() {
        guard let door else { return }
        let fd = cuv_packets_accept_errno(door.fd)
        guard fd >= 0 else { return }
        guard guest == nil, !isGiven else {
            _ = cuv_close(fd)
            return
        }
        guest = try? DescriptorWatcher(loop: loop, fd: fd, operation: "hand over") { [unowned self] in hear() }
        wait(.milliseconds(Int64(Handover.answerMilliseconds)))
    }

    private func wait(_ time: TimeAmount) {
        timer?.close()
        timer = try? LoopTimer.once(loop: loop, after: time) { [unowned self] in lose() }
    }

    private func hear() {
        guard let guest else { return }
        switch Handover.receive(from: guest.fd) {
        case .failure(let error) where error.code == -EAGAIN: return
        case .failure: lose()
        case .success(let packet):
            packet.descriptors.forEach(HandedSockets.close)
            switch packet.text {
            case Handover.question where !isGiven: give(guest)
            case Handover.serving where isGiven: end(true)
            default: lose()
            }
        }
    }

    private func give(_ guest: DescriptorWatcher) {
        guard let sockets = onAsked() else { return lose() }
        // The successor makes a door of its own.
        removeDoor()
        isGiven = true
        wait(Handover.patience)
        let isSent = Handover.send("yours \(sockets.serving)", sockets.descriptors, to: guest.fd)
        sockets.close()
        if !isSent { lose() }
    }

    /// The other end went away, or takes too long.
    private func lose() {
        if isGiven { return end(false) }
        guest?.close()
        timer?.close()
        (guest, timer) = (nil, nil)
    }

    private func end(_ isServing: Bool) {
        close()
        onEnd(isServing)
    }
}

/// A successor's side: asks once, waits at most `Handover.answerMilliseconds`.
struct HandoverRequest {
    let sockets: HandedSockets
    private let fd: Int32

    /// Nil where nobody offers anything there, or does not answer.
    static func ask(in directory: String) -> HandoverRequest? {
        let fd =
            Handover.withPath(in: directory) { cuv_packets_connect_errno($0, Handover.answerMilliseconds) } ?? -ENOENT
        guard fd >= 0 else { return nil }
        var answer = (text: "", descriptors: [Int32]())
        if Handover.send(Handover.question, to: fd), case .success(let packet) = Handover.receive(from: fd) {
            answer = packet
        }
        let (words, descriptors) = (answer.text.split(separator: " "), answer.descriptors)
        guard words.count == 2, words[0] == "yours", let serving = Int(words[1]),
            let sockets = HandedSockets(descriptors, serving: serving)
        else {
            descriptors.forEach(HandedSockets.close)
            _ = cuv_close(fd)
            return nil
        }
        return HandoverRequest(sockets: sockets, fd: fd)
    }

    /// From now on this process answers customers.
    func serve() {
        Handover.send(Handover.serving, to: fd)
        _ = cuv_close(fd)
    }

    /// It never will.
    func abandon() { _ = cuv_close(fd) }
}
