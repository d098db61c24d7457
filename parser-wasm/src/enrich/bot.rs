//! Whether a request was made by a program rather than a person: crawlers, monitors, scanners and libraries.

use Place::{Anywhere, Start};

/// The device that uap-core gives crawlers.
const SPIDER: &str = "Spider";

/// Where in a user agent a name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where it begins: libraries name themselves first, and phones name `Java/` and the like further on.
    Start,
    /// Where no letter or digit stands before it.
    Anywhere,
}

/// What the line cannot tell: clients that Android's and Flutter's apps have as they come, with a person before them, and
/// scripts too; and what stands in the place of the client's own name (CloudFront puts its own there, unless it is told to
/// pass that on). In lower case, sorted; where a user agent begins.
const UNTOLD: &[&str] =
    &["amazon cloudfront", "dart/", "grpc-java-okhttp", "grpc-objc", "grpc-swift", "ktor-client", "okhttp", "volley/"];

/// What no browser and no app has in its name, in lower case, sorted; found in either case, within words too.
const WORDS: &[&str] = &[
    "archiver",
    "crawler",
    "downloader",
    "feedparser",
    "fetcher",
    "headless",
    "indexer",
    "link check",
    "linkcheck",
    "link preview",
    "linkpreview",
    "robot",
    "scanner",
    "scraper",
    "spider",
    "unfurl",
    "uptime",
    "validator",
    "webhook",
];

/// Names of programs that uap-core has no device for, in lower case, sorted. A name is found in either case, as whole
/// words: no letter or digit goes on where it ends in one.
const NAMES: &[(&str, Place)] = &[
    ("+http://", Anywhere),
    ("+https://", Anywhere),
    ("acunetix", Anywhere),
    ("ahc/", Start),
    ("aiohttp", Anywhere),
    ("amazon-route53-health-check-service", Anywhere),
    ("apache-httpclient", Start),
    ("apachebench", Start),
    ("apis-google", Start),
    ("appinsights", Start),
    ("asynchttpclient", Anywhere),
    ("aws security scanner", Start),
    ("axios", Start),
    ("better uptime bot", Anywhere),
    ("blackbox exporter", Start),
    ("boto3", Start),
    ("censysinspect", Anywhere),
    ("check_http", Start),
    ("checkly", Start),
    ("claude-cli", Start),
    ("claude-code", Anywhere),
    ("cloudflare-", Start),
    ("cloudwatchsynthetics", Anywhere),
    ("consul health check", Start),
    ("curl", Start),
    ("datadog", Start),
    ("datadog/synthetics", Start),
    ("datadogsynthetics", Anywhere),
    ("deno/", Start),
    ("dirbuster", Start),
    ("elb-healthchecker", Start),
    ("envoy/hc", Start),
    ("expanse", Start),
    ("faraday", Start),
    ("feroxbuster", Start),
    ("fuzz faster u fool", Start),
    ("go-http-client", Start),
    ("gobuster", Start),
    ("google-", Start),
    ("googleassociationservice", Start),
    ("googlehc", Start),
    ("googleother", Start),
    ("googlestackdrivermonitoring", Anywhere),
    ("got (", Start),
    ("grpc", Start),
    ("guzzlehttp", Start),
    ("hackney/", Start),
    ("headlesschrome", Anywhere),
    ("hello from palo alto networks", Start),
    ("hello world", Start),
    ("hello, world", Start),
    ("hetrixtools", Start),
    ("hey/", Start),
    ("http.rb/", Start),
    ("httpie/", Start),
    ("insomnia/", Start),
    ("internetmeasurement", Anywhere),
    ("jakarta commons-httpclient", Start),
    ("java-http-client", Start),
    ("java/", Start),
    ("java1", Start),
    ("jersey/", Start),
    ("jetty/", Start),
    ("k6/", Start),
    ("kube-probe", Start),
    ("l9explore", Anywhere),
    ("l9tcpid", Anywhere),
    ("libcurl", Start),
    ("libwww-perl", Start),
    ("lua-resty-http", Start),
    ("lwp::simple", Start),
    ("masscan", Anywhere),
    ("mechanize", Start),
    ("mediapartners-google", Anywhere),
    ("netsystemsresearch", Anywhere),
    ("newrelicpinger", Anywhere),
    ("nikto", Anywhere),
    ("nmap", Anywhere),
    ("node", Start),
    ("nodejs", Start),
    ("nuclei", Anywhere),
    ("phantomjs", Anywhere),
    ("pingdom.com_bot", Anywhere),
    ("pingdompagespeed", Anywhere),
    ("pingdomtms", Anywhere),
    ("postmanruntime", Start),
    ("projectdiscovery", Anywhere),
    ("prometheus", Start),
    ("python-httpx", Start),
    ("python-requests", Start),
    ("python-urllib", Start),
    ("python-urllib3", Start),
    ("python/", Start),
    ("reactornetty", Start),
    ("reqwest/", Start),
    ("rest-client", Start),
    ("restsharp", Start),
    ("ruby", Start),
    ("scrapy", Start),
    ("siege", Anywhere),
    ("site24x7", Anywhere),
    ("sqlmap", Anywhere),
    ("statuscake", Anywhere),
    ("undici", Start),
    ("uptimerobot", Anywhere),
    ("wget", Anywhere),
    ("windowspowershell", Anywhere),
    ("winhttp.winhttprequest", Anywhere),
    ("wpscan", Start),
    ("zabbix", Start),
    ("zgrab", Anywhere),
];

/// Whether a user agent is a program's: uap-core calls its device `Spider`, or one of the names is in it. Nobody knows of
/// what may be either's.
pub(super) fn is_bot(user_agent: &[u8], device: &str) -> Option<bool> {
    if UNTOLD.iter().any(|name| stands_at(user_agent, name.as_bytes())) {
        return None;
    }
    let lower = user_agent.to_ascii_lowercase();
    let has = |word: &&str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    let is_named = |&(name, place): &(&str, Place)| is_named(user_agent, name.as_bytes(), place);
    Some(device == SPIDER || NAMES.iter().any(is_named) || WORDS.iter().any(has))
}

fn is_named(user_agent: &[u8], name: &[u8], place: Place) -> bool {
    match place {
        Start => stands_at(user_agent, name),
        Anywhere => {
            let mut before = None;
            (0..user_agent.len()).any(|at| {
                let is_start = !before.is_some_and(|byte: &u8| byte.is_ascii_alphanumeric());
                before = user_agent.get(at);
                is_start && user_agent.get(at..).is_some_and(|rest| stands_at(rest, name))
            })
        }
    }
}

fn stands_at(text: &[u8], name: &[u8]) -> bool {
    let Some((beginning, rest)) = text.split_at_checked(name.len()) else { return false };
    let goes_on = name.last().zip(rest.first()).is_some_and(|pair| {
        let (last, next) = pair;
        last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric()
    });
    !goes_on && beginning.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name() {
        let samples = [
            "Example/1.0 (+http://example.com/about)",
            "Example/1.0 (+https://example.com/about)",
            "Mozilla/5.0 (compatible; Acunetix Web Vulnerability Scanner)",
            "AHC/2.1",
            "Python/3.12 aiohttp/3.9.5",
            "Amazon-Route53-Health-Check-Service (ref 00000000-0000; report http://amzn.to/1vsZADi)",
            "Apache-HttpClient/4.5.14 (Java/17.0.12)",
            "ApacheBench/2.3",
            "APIs-Google",
            "AppInsights",
            "Custom-AsyncHttpClient",
            "AWS Security Scanner",
            "axios/1.7.2",
            "Better Stack Better Uptime Bot Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
            "Blackbox Exporter/0.25.0",
            "Boto3/1.34.0",
            "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
            "check_http/v2.3.3 (nagios-plugins 2.3.3)",
            "Checkly/1.0 (https://www.checklyhq.com)",
            "claude-cli/2.1.220 (external, cli)",
            "Claude-User (claude-code/2.1.86)",
            "Cloudflare-SSLDetector",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36 CloudWatchSynthetics/arn:aws:synthetics",
            "Consul Health Check",
            "curl/8.7.1",
            "Datadog Agent/7.69.2",
            "Datadog/Synthetics",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36 DatadogSynthetics",
            "Deno/1.44.0",
            "DirBuster-1.0-RC1 (http://www.owasp.org/index.php/Category:OWASP_DirBuster_Project)",
            "ELB-HealthChecker/2.0",
            "Envoy/HC",
            "Expanse, a Palo Alto Networks company, searches across the global IPv4 space",
            "Faraday v2.9.0",
            "feroxbuster/2.10.4",
            "Fuzz Faster U Fool v2.1.0-dev",
            "Go-http-client/2.0",
            "gobuster/3.6",
            "Google-Safety",
            "GoogleAssociationService",
            "GoogleHC/1.0",
            "GoogleOther",
            "GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)",
            "got (https://github.com/sindresorhus/got)",
            "grpc-go/1.65.0",
            "GuzzleHttp/7",
            "hackney/1.20.1",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
            "Hello from Palo Alto Networks, find out more about our scans",
            "Hello World",
            "Hello, world",
            "HetrixTools Uptime Monitoring Bot. https://hetrix.tools/uptime-monitoring-bot.html",
            "hey/0.0.1",
            "http.rb/5.2.0",
            "HTTPie/3.2.2",
            "insomnia/9.2.0",
            "Mozilla/5.0 (compatible; InternetMeasurement/1.0; +https://internet-measurement.com/)",
            "Jakarta Commons-HttpClient/3.1",
            "Java-http-client/21.0.3",
            "Java/17.0.11",
            "Java1.8.0_201",
            "Jersey/2.25.1 (HttpUrlConnection 1.8.0_141)",
            "Jetty/9.3.z-SNAPSHOT",
            "k6/0.51.0 (https://k6.io/)",
            "kube-probe/1.31",
            "l9explore/1.2.2",
            "Lkx-l9tcpid/v1.1.0",
            "libcurl/7.88.1",
            "libwww-perl/6.77",
            "lua-resty-http/0.17.2 (Lua) ngx_lua/10026",
            "LWP::Simple/6.77 libwww-perl/6.77",
            "masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
            "Mechanize/2.9.1 Ruby/3.1.2 (http://github.com/sparklemotion/mechanize/)",
            "Mediapartners-Google",
            "NetSystemsResearch studies the availability of various services across the internet",
            "NewRelicPinger/1.0 (1)",
            "Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)",
            "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
            "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
            "nodejs",
            "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)",
            "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
            "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/61.0.3163.100 Safari/537.36 PingdomPageSpeed/1.0 (pingbot/2.0; +http://www.pingdom.com/)",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/61.0.3163.100 Safari/537.36 PingdomTMS/0.8.5",
            "PostmanRuntime/7.39.0",
            "httpx - Open-source project (github.com/projectdiscovery/httpx)",
            "Prometheus/2.53.0",
            "python-httpx/0.27.0",
            "python-requests/2.32.3",
            "Python-urllib/3.12",
            "python-urllib3/2.2.2",
            "Python/3.12",
            "ReactorNetty/1.1.20",
            "reqwest/0.12.5",
            "rest-client/2.1.0 (linux x86_64) ruby/3.3.0p0",
            "RestSharp/111.2.0.0",
            "Ruby",
            "Scrapy/2.11.2 (+https://scrapy.org)",
            "Mozilla/5.0 (pc-x86_64-linux-gnu) Siege/4.1.6",
            "Site24x7",
            "sqlmap/1.8#stable (https://sqlmap.org)",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) StatusCake",
            "undici",
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
            "Wget/1.24.5",
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522",
            "Mozilla/4.0 (compatible; Win32; WinHttp.WinHttpRequest.5)",
            "WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)",
            "Zabbix 7.0",
            "Mozilla/5.0 zgrab/0.x",
        ];
        assert_eq!(samples.len(), NAMES.len());
        for (sample, &(name, place)) in samples.into_iter().zip(NAMES) {
            assert!(is_named(sample.as_bytes(), name.as_bytes(), place), "{name}: {sample}");
            assert_eq!(is_bot(sample.to_uppercase().as_bytes(), "Other"), Some(true), "{name}");
        }
    }

    #[test]
    fn names_are_sorted_and_lower_case() {
        assert!(NAMES.is_sorted_by(|(one, _), (next, _)| one < next));
        assert!(NAMES.iter().all(|(name, _)| !name.bytes().any(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn people() {
        for user_agent in [
            "",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "SonyEricssonK800i/R1ED Browser/NetFront/3.3 Profile/MIDP-2.0 Java/1.0",
            "Mozilla/5.0 (compatible; curl-lover; libcurly)",
            "curling/1.0",
            "Mozilla/5.0 (Linux; Android 14; Nodeum) myzgrab/1",
        ] {
            assert_eq!(is_bot(user_agent.as_bytes(), "Other"), Some(false), "{user_agent}");
        }
        assert_eq!(is_bot(b"Mozilla/5.0 (compatible; example)", "Spider"), Some(true));
    }

    #[test]
    fn what_may_be_either() {
        assert!(UNTOLD.is_sorted() && UNTOLD.iter().all(|name| *name == name.to_lowercase()));
        for user_agent in [
            "okhttp/4.12.0",
            "okhttp/5.0.0-alpha.14",
            "Dart/3.4 (dart:io)",
            "grpc-java-okhttp/1.62.2",
            "grpc-objc/1.62.0 grpc-c/39.0.0 (ios; cronet_http)",
            "grpc-swift-nio/1.23.0",
            "Ktor-client",
            "volley/0",
            "Amazon CloudFront",
        ] {
            assert_eq!(is_bot(user_agent.as_bytes(), "Other"), None, "{user_agent}");
        }
        assert_eq!(is_bot(b"grpc-go/1.65.0", "Other"), Some(true));
        assert_eq!(is_bot(b"okhttpd/1", "Other"), Some(false));
    }
}
