import ArgumentParser
import MeshBase
import UVDriver

struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask a process of this machine how it is, and say so by the exit code.",
        discussion: """
            For engines that look after containers and find no other client in the image.

              cellmesh probe 127.0.0.1:7001 readyz
            """,
        shouldDisplay: false)

    @Argument(help: ArgumentHelp("Where the process answers, HOST:PORT.", valueName: "address"))
    var address: EndpointArgument

    @Argument(help: "livez, readyz, startupz or health.")
    var page: Page = .livez

    @Option(help: ArgumentHelp("How long to wait for the answer.", valueName: "duration"))
    var timeout = DurationArgument(.seconds(1))

    enum Page: String, ExpressibleByArgument, CaseIterable {
        case livez, readyz, startupz, health
    }

    func run() throws {
        let request = HTTPOutgoing(.get, address.endpoint, "/\(page.rawValue)")
        switch BlockingHTTPClient.send(request, timeout: timeout.amount) {
        case .success(let answer) where answer.isSuccess:
            Console(format: .table, color: .auto).data(answer.text.trimmedEnd + "\n")
        case .success(let answer): throw CommandFailure(.unhealthy, "\(answer.status) \(answer.text.trimmedEnd)")
        case .failure(let error): throw CommandFailure(.unhealthy, "\(error)")
        }
    }
}
