import MeshBase
import Nodes
import Sharding
import Wire

/// One end of a connection, an ordered stream of bytes both ways.
final class SimSocket {
    enum Stage {
        /// Asked for; nothing can be written yet.
        case opening
        case open
        case closed
    }

    /// Unique in a simulation.
    let number: UInt64
    let process: SimProcess
    /// The other end; nil before there is one and after either end has closed, whatever closed it: until then the two
    /// keep each other alive.
    var peer: SimSocket?
    var stage: Stage
    /// Names this end in its process's own table.
    var id = SlabKey(index: 0, generation: 0)
    var input = ByteBuffer(capacity: 512)
    var output = ByteBuffer(capacity: 512)
    /// When what was sent last arrives: what is sent next does not overtake it.
    var lastArrival = Instant.zero
    /// Something that it has sent waits until faults have ended.
    var isHeld = false
    /// Stands in its process's list of ends that have something to send.
    var isDirty = false
    /// Closes when the output has been sent.
    var closesAfterWrite = false

    // An end that speaks HTTP.
    var http = HTTPSession()
    var route: HTTPRoute?
    /// What the router calls the request in work.
    var work: SlabKey?

    // An end of a mesh link.
    /// Of the accepting end, from its first byte on.
    var link: LinkSession?
    /// Of the opening end: whom it leads to.
    var cell: CellIndex?

    // A client's end.
    var responses = HTTPResponseParser()
    /// The request that waits to be sent or answered.
    var pending: SimRequest?
    var wasConnected = false
    /// Which router it leads to.
    var router = 0

    init(number: UInt64, process: SimProcess, stage: Stage) {
        self.number = number
        self.process = process
        self.stage = stage
    }
}
