/// A stream owner made of closures, for owners in other targets: `package` classes cannot be inherited from there.
package final class StreamHandlers: StreamOwner {
    private let onConnected: (StreamPointer) -> Void
    private let onReceived: (StreamPointer) -> Void
    private let onEnded: (StreamPointer, UVError?) -> Void

    package init(
        on loop: EventLoop, connected: @escaping (StreamPointer) -> Void = { _ in },
        received: @escaping (StreamPointer) -> Void, ended: @escaping (StreamPointer, UVError?) -> Void
    ) {
        onConnected = connected
        onReceived = received
        onEnded = ended
        super.init(on: loop)
    }

    package override func connected(_ stream: StreamPointer) { onConnected(stream) }
    package override func received(_ stream: StreamPointer) { onReceived(stream) }
    package override func ended(_ stream: StreamPointer, error: UVError?) { onEnded(stream, error) }
}
