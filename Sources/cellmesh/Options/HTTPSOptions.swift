import ArgumentParser
import ControlPlane
import UVDriver

/// What routers show to customers who come over HTTPS.
struct HTTPSOptions: ParsableArguments {
    @Flag(help: "Routers take HTTPS beside HTTP, with a certificate of the mesh: see 'membership certs authority'.")
    var https = false

    @Option(
        help: ArgumentHelp(
            "For HTTPS: a certificate of your own, with those that vouch for it (PEM).", valueName: "file"))
    var httpsCertificate: String?

    @Option(help: ArgumentHelp("Its key (PEM).", valueName: "file"))
    var httpsKey: String?

    var choice: HTTPSCertificate? {
        get throws {
            switch (httpsCertificate, httpsKey) {
            case (nil, nil): return https ? .ofMesh : nil
            case (let certificate?, let key?): return .files(certificate: certificate, key: key)
            default: throw CommandFailure(.usage, "--https-certificate and --https-key go together")
            }
        }
    }

    /// For the routers that a control plane starts.
    var arguments: [String] {
        get throws {
            switch try choice {
            case nil: []
            case .ofMesh: ["--https"]
            case .files(let certificate, let key):
                ["--https-certificate", MeshHome.absolute(certificate), "--https-key", MeshHome.absolute(key)]
            }
        }
    }
}
