import ArgumentParser
import Blueprints
import ControlPlane
import Reports

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Look at what policies decided about single requests.",
        discussion: """
            A request with the header 'X-Explain: 1' is followed through router, cell and services: each keeps what it \
            decided about it and on which figures. The answer's X-Trace-Id names the trace. Requests that failed, \
            or that were slow, shed, degraded, hedged or failed over are kept too, and one in a hundred of all others. A process \
            keeps its last 1 000; the control plane gathers them, and keeps 10 000 also of processes that are gone.
            """,
        subcommands: [TraceListCommand.self, TraceShowCommand.self, TraceDiffCommand.self, TraceExportCommand.self])
}
