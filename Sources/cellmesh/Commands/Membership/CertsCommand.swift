import ArgumentParser
import Reports

struct CertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs", abstract: "List or renew the certificates that processes show to other hosts.",
        subcommands: [CertsListCommand.self, CertsRotateCommand.self, CertsAuthorityCommand.self])
}

struct CertsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Tell each process's certificate, and how its connections with other hosts fared.",
        discussion: """
            Between hosts everything is encrypted (TLS 1.3), and both ends show a certificate. Each process makes its \
            own from the mesh's secret when it first meets another host, good for seven days, and a new one every day. \
            REFUSED counts connections that were not secured, by cause: plain, version, none, foreign, expired, early, \
            refused, broken.

              cellmesh membership certs ls
              cellmesh membership certs ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: CertificatesReport = try APIClient(mesh.running()).get("/v1/certs")
        output.console.show(CertificatesView.make(report))
    }
}

struct CertsRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Have every process make a new certificate, while the mesh runs.",
        discussion: """
            Connections that begin from then on show it; those that are open go on with what they began with. Nothing is \
            interrupted.

              cellmesh membership certs rotate
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: CertificatesReport = try APIClient(mesh.running()).post("/v1/certs/renew", [String: String]())
        output.console.show(CertificatesView.make(report))
        guard report.silent.isEmpty else {
            throw CommandFailure(
                .unhealthy, "no answer: \(report.silent.joined(separator: ", "))",
                next: "cellmesh membership certs rotate")
        }
    }
}

struct CertsAuthorityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority", abstract: "Print the certificate that vouches for all of the mesh's (PEM).",
        discussion: """
            For clients that come to a router over HTTPS ('up --https'). It is no secret, and stays the same as long as \
            the mesh's secret does.

              cellmesh membership certs authority > mesh.pem
              curl --cacert mesh.pem https://localhost:7000/v1/customers/c1/services/checkout
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report: CertificatesReport = try APIClient(mesh.running()).get("/v1/certs")
        output.console.show(
            Report(AuthorityReport(authority: report.authority), names: ["authority"]) { _ in report.authority })
    }
}
