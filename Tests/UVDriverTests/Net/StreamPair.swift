import MeshBase
import Testing

@testable import UVDriver

/// Two pools on one loop, with a connection from the near one to the far one over a real socket, and what either end has seen.
class StreamPair {
    let loop: EventLoop
    private(set) var near: StreamPool!
    private(set) var far: StreamPool!
    private(set) var listener: StreamListener!
    private var localListener: LocalListener?
    private(set) var stream: StreamPointer!
    private(set) var peer: StreamPointer?
    private(set) var nearInput: [UInt8] = []
    private(set) var farInput: [UInt8] = []
    private(set) var isConnected = false
    private(set) var nearEnd: UVError??
    private(set) var farEnd: UVError??
    /// Looks at what comes to the far end, before it is taken.
    var onReceived: (StreamPointer) -> Void = { _ in }
    private var owners: [StreamHandlers] = []

    /// - Parameters:
    ///   - isLocal: over a Unix socket.
    ///   - prepare: is given both pools before there is a stream.
    init(_ loop: EventLoop, isLocal: Bool = false, _ prepare: (_ near: StreamPool, _ far: StreamPool) -> Void) throws {
        self.loop = loop
        let nearOwner = StreamHandlers(
            on: loop, connected: { [unowned self] _ in isConnected = true },
            received: { [unowned self] stream in
                nearInput += stream.pointee.input.bytes
                near.consume(stream, stream.pointee.input.count)
            }, ended: { [unowned self] _, error in nearEnd = .some(error) })
        let farOwner = StreamHandlers(
            on: loop,
            received: { [unowned self] stream in
                onReceived(stream)
                farInput += stream.pointee.input.bytes
                far.consume(stream, stream.pointee.input.count)
            }, ended: { [unowned self] _, error in farEnd = .some(error) })
        owners = [nearOwner, farOwner]
        near = StreamPool(loop: loop, owner: nearOwner, limit: 4, inputLimit: 1 << 20)
        far = StreamPool(loop: loop, owner: farOwner, limit: 4, inputLimit: 1 << 20)
        prepare(near, far)
        listener = try StreamListener(pool: far, bind: .loopback(0)) { [unowned self] in peer = $0 }
        loop.beforeWaiting { [unowned self] in
            near.flush()
            far.flush()
        }
        if isLocal {
            let name = LocalListener.name(of: listener.local)
            localListener = try LocalListener(pool: far, name: name) { [unowned self] in peer = $0 }
            stream = near.connect(toLocal: name)
        } else {
            stream = near.connect(to: listener.local)
        }
        try loop.turn { peer != nil }
    }

    func send(_ bytes: [UInt8]) {
        stream.pointee.output.append(bytes)
        near.wrote(stream)
    }
    func answer(_ bytes: [UInt8]) {
        peer!.pointee.output.append(bytes)
        far.wrote(peer!)
    }
    func turns(_ count: Int) { for _ in 0..<count { loop.runPending() } }

    func closeStreams() {
        near.closeAll()
        far.closeAll()
        listener.close()
        localListener?.close()
    }

    func close() {
        closeStreams()
        loop.close()
    }
}
