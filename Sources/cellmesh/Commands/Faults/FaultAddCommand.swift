import ArgumentParser
import Chaos
import MeshBase

struct FaultAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Inject a fault on the wire, on a service, on a cell, or on its disk or clock.",
        discussion: """
            Kinds on the wire: latency (--delay, --jitter, --distribution, --rate), loss (--rate), duplicate (--rate), bandwidth \
            (--bandwidth), reset (--rate), blackhole, partition. It strikes the links between the first target and \
            the others, or everything outside of the first where it stands alone, in both directions without \
            --one-way.

            Kinds on a service, in every cell that has it or in one: latency, errors (--rate, 100% where left out, and \
            --status), hang. The work of the service begins later, fails when it is done, or does not go on until the \
            fault ends; it holds its worker meanwhile.

            Kinds on cells (routers have clocks too): fill-disk, which answers reads and keeps nothing as a full disk does, and \
            skew (--ahead), which puts the wall clock ahead. A zone or a region means its cells.

            Kinds on a cell, of which none is down: zombie (answers nothing, its gossip goes on), slow (--factor, 100x where left \
            out), flap (a zombie and well by turns of --period, 2s where left out), lie (a share of requests fails, --rate, \
            80% where left out, while the cell says that it is well), amnesia (its next start sets the store aside; with \
            --keep-id the new one says that it is the old one), fill-memory (--to or --rate, 95% where left out, of the memory that its \
            blueprint declares is held by nobody's work).

            Kinds on processes: kill and pause, as the commands of these names; they end after --for too.

            A fault ends by itself after --for, also when the control plane has died.

              cellmesh fault add latency router/r1 region/eu-west --delay 30ms --jitter 3ms
              cellmesh fault add loss zone/us-east/a --rate 5% --for 20s
              cellmesh fault add bandwidth us-east-1 --bandwidth 1MiB/s
              cellmesh fault add blackhole us-east-1 region/eu-west --one-way
              cellmesh fault add latency service/payment --delay 800ms --for 20s
              cellmesh fault add errors cell/us-east-1/service/payment --rate 50% --status 503
              cellmesh fault add hang service/payment --for 5s
              cellmesh fault add fill-disk us-east-1 --for 20s
              cellmesh fault add skew us-east-1 router/r1 --ahead 1h --for 20s
              cellmesh fault add zombie us-east-1 --for 20s
              cellmesh fault add slow us-east-1 --factor 100x
              cellmesh fault add fill-memory us-east-1 --to 90% --for 20s
            """)

    @Argument(help: ArgumentHelp("What is done: \(FaultKind.real.map(\.rawValue).joined(separator: ", "))."))
    var kind: String

    @Option(help: ArgumentHelp("How much later everything arrives, or work begins.", valueName: "duration"))
    var delay: DurationArgument?

    @Option(help: ArgumentHelp("How much the delay varies.", valueName: "duration"))
    var jitter: DurationArgument?

    @Option(help: ArgumentHelp("How it varies: uniform, normal or exponential.", valueName: "shape"))
    var distribution: String?

    @Option(
        help: ArgumentHelp("The share of messages or calls struck, or of memory held, such as 5%.", valueName: "share"))
    var rate: RatioArgument?

    @Option(help: ArgumentHelp("How much of its memory is held, such as 95%.", valueName: "share"))
    var to: RatioArgument?

    @Option(help: ArgumentHelp("The bytes that pass, such as 1MiB/s.", valueName: "rate"))
    var bandwidth: BandwidthArgument?

    @Option(help: ArgumentHelp("What failing calls answer; 500 where left out.", valueName: "status"))
    var status: Int?

    @Option(help: ArgumentHelp("How far a clock is ahead, such as 1h.", valueName: "duration"))
    var ahead: DurationArgument?
    @Option(help: ArgumentHelp("How many times more slowly a cell works.", valueName: "times"))
    var factor: FactorArgument?

    @Option(help: ArgumentHelp("How long a cell that flaps is a zombie, and how long well.", valueName: "duration"))
    var period: DurationArgument?

    @Flag(help: "The new store of a cell that forgets says that it is the old one.")
    var keepID = false

    @OptionGroup var wire: WireFaultOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws { try wish().inject(mesh, output.console) }

    /// What is asked of the control plane.
    func wish() throws -> FaultWish {
        if to != nil, kind != "fill-memory" || rate != nil {
            throw CommandFailure(.usage, "--to is how much of its memory fill-memory holds; nothing was changed")
        }
        var wanted = FaultWish(kind: kind, wire)
        wanted.request.delay = delay?.amount
        wanted.request.jitter = jitter?.amount
        wanted.request.distribution = distribution
        wanted.request.rate = rate?.value ?? to?.value
        wanted.request.bandwidth = bandwidth?.bytes
        wanted.request.status = status
        wanted.request.amount = ahead?.amount ?? period?.amount
        wanted.request.factor = factor?.value
        wanted.request.keepsID = keepID
        return wanted
    }
}
