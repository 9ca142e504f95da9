import CLibUV
import MeshBase
import TLS
import Wire

/// One connection over TCP, or over a Unix socket where both ends are of one host, in memory that libuv points into: allocated by a `StreamPool`, reached through `handle.data`,
/// given back only in the close callback.
///
/// Bytes are read into the stream's own buffer and stay there until its owner consumes them. Writes are appended to
/// `output` and go out once per turn of the loop, with one system call where the socket takes them.
package struct Stream: ~Copyable {
    /// libuv's structures; they stay with the slot.
    let handles: Handles
    /// Kept alive by the pool, which outlives its streams.
    unowned(unsafe) let pool: StreamPool
    let index: UInt32
    package internal(set) var generation: UInt32
    var isOpen = false
    /// Over a Unix socket.
    package internal(set) var isLocal = false
    /// Its connection is there; its owner is told with the next flush.
    var isNew = false

    package var input = ByteBuffer(capacity: 16)
    package var output = ByteBuffer(capacity: 16)
    /// What libuv is writing in the background; appended to never.
    var writing = ByteBuffer(capacity: 16)
    var isWriting = false
    var isDirty = false
    var isReading = false
    package internal(set) var isClosing = false
    /// The peer ended its side: it says no more, and may still listen.
    package internal(set) var hasEnded = false
    /// Close once everything is written.
    package internal(set) var closesAfterWrite = false
    /// Before that close, read and forget what the peer still sends: closing on unread bytes would make the kernel take
    /// the answer back (RFC 9112, 9.6).
    var lingers = false
    var isLingering = false

    /// What the pool's sums hold of this stream.
    var countedInput = 0
    var countedOutput = 0
    /// The peer's address, where newcomers are made room for.
    var address = IPAddress.any
    /// The peer has shown that it belongs here: it is never closed to make room.
    package internal(set) var isTrusted = false

    /// When the oldest unfinished business of the peer began: for the owner's sweep.
    package var waitingSince = Instant.zero
    /// What the peer had not taken yet when the sweep last looked.
    var unwritten = 0
    /// The owner's own mark: a cell index, a protocol.
    package var tag: UInt32 = 0

    // Encryption, where the pool has a `StreamSecurity`.
    /// Nil for one in the clear.
    var tls: TLSSession?
    /// The first bytes that come tell whether there is encryption.
    var isUndecided = false
    /// It comes from another host in the clear: its owner tells it nothing that is not for everybody.
    package internal(set) var isExposed = false

    // Faults on the wire, for mesh links.
    /// The node at the other end, by its number in `WireNodes`; -1 for clients, whom no fault strikes.
    var peer: Int32 = -1
    /// What is written takes the way through `shape`.
    var isShaped = false
    /// Nothing is read: the peer is cut off.
    var isHeld = false
    var shape = StreamShape()

    // HTTP, where the owner speaks it.
    package var http = HTTPSession()
    package var route: HTTPRoute?
    /// The owner's own name of the request that is being served.
    package var work: SlabKey?
    package var request: HTTPRequest {
        @inline(__always) _read { yield http.request }
        @inline(__always) _modify { yield &http.request }
    }
    /// A request is being served; later ones wait in the buffer.
    @inline(__always) package var isBusy: Bool { http.isBusy }

    init(pool: StreamPool, handles: Handles, index: UInt32, generation: UInt32) {
        self.pool = pool
        self.handles = handles
        self.index = index
        self.generation = generation
    }

    struct Handles {
        let socket = UnsafeMutablePointer<cuv_socket_t>.allocate(capacity: 1)
        let write = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        let connect = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        let shutdown = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)

        func deallocate() {
            socket.deallocate()
            write.deallocate()
            connect.deallocate()
            shutdown.deallocate()
        }
    }

    /// Names this use of the slot: it goes stale when the stream closes.
    package var id: SlabKey { SlabKey(index: index, generation: generation) }
}

package typealias StreamPointer = UnsafeMutablePointer<Stream>

/// Who is told what happens on the streams of a pool. One subclass per kind of listener or link.
package class StreamOwner {
    package let loop: EventLoop

    package init(on loop: EventLoop) { self.loop = loop }
    /// Bytes were added to `input`.
    package func received(_ stream: StreamPointer) {}
    /// The peer ended its side. True when it is still owed something: the stream stays open for writing, and the owner
    /// closes it when that is done.
    package func keepsAfterEnd(_ stream: StreamPointer) -> Bool { false }
    /// The peer ended its side or the connection broke; the stream is closed right after.
    package func ended(_ stream: StreamPointer, error: UVError?) {}
    /// An outgoing connection is open.
    package func connected(_ stream: StreamPointer) {}
    /// All that was waiting to be written has gone out.
    package func drained(_ stream: StreamPointer) {}
    /// It was not secured; `ended` follows.
    package func unsecured(_ stream: StreamPointer, _ fault: TLSFault) {}
    /// The slot is about to be reused.
    package func closed(_ stream: StreamPointer) {}
}
