//! Studio's words in the languages that its exports come in. Names are compared by their letters alone.

use super::columns::{Column, Dimension, Metric};
use crate::table_file::header::{Name, plain};

pub(super) fn is_total(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "total",
        "gesamt",
        "insgesamt",
        "totale",
        "totaal",
        "合計",
        "総計",
        "합계",
        "총계",
        "итого",
        "всего",
        "suma",
        "razem",
        "toplam",
        "jumlah",
        "कुल",
    ];
    WORDS.contains(&plain(text).as_str())
}

/// The note below a table that was cut.
pub(super) fn is_trailer(text: &str) -> bool {
    let text = text.to_lowercase();
    text.starts_with("showing top ") || text.starts_with("showing the top ")
}

/// What the column holds; `None` for one that nobody knows.
pub(super) fn column(name: &Name) -> Option<Column> {
    let base = name.base.as_str();
    // Name::of takes the unit off, but not where a spreadsheet took off its parentheses
    let known = COLUMNS.iter().find(|(words, _)| words.contains(&base));
    match known.map(|(_, column)| *column)? {
        Column::Metric(Metric::WatchHours) if is_minutes(&name.unit) || base.ends_with("minutes") => {
            Some(Column::Metric(Metric::WatchMinutes))
        }
        // likes against dislikes in percent are no likes
        Column::Metric(Metric::Likes | Metric::Views | Metric::Subscribers) if name.unit.contains('%') => None,
        column => Some(column),
    }
}

fn is_minutes(unit: &str) -> bool {
    unit.starts_with("min") || matches!(unit, "分" | "분")
}

const fn dimension(dimension: Dimension) -> Column {
    Column::Dimension(dimension)
}

const fn metric(metric: Metric) -> Column {
    Column::Metric(metric)
}

#[rustfmt::skip]
const COLUMNS: [(&[&str], Column); 38] = [
    (&["date", "datum", "fecha", "data", "日付", "날짜", "дата", "tarih", "tanggal", "day"], Column::Date),
    (&["videotitle", "videotitel", "titeldesvideos", "títulodelvideo", "títulodelvídeo", "títulodovídeo", "titredelavidéo",
        "titolovideo", "titolodelvideo", "動画のタイトル", "동영상제목", "названиевидео", "tytułfilmu", "videobaşlığı", "judulvideo",
        "वीडियोकाशीर्षक"], Column::Title),
    (&["videopublishtime", "videopublishdate", "veröffentlichungszeitdesvideos", "veröffentlichungszeitpunktdesvideos",
        "horadepublicacióndelvideo", "horadepublicacióndelvídeo", "fechadepublicacióndelvídeo", "horáriodepublicaçãodovídeo",
        "heuredepublicationdelavidéo", "datadipubblicazionedelvideo", "oradipubblicazionedelvideo", "publicatietijdvideo",
        "publicatietijdvanvideo", "動画公開時刻", "動画の公開時刻", "동영상게시시간", "времяпубликациивидео", "waktupublikasivideo"],
        Column::Published),
    (&["duration", "dauer", "duración", "duração", "durée", "durata", "duur", "長さ", "길이", "продолжительность", "durasi"],
        Column::Duration),
    (&["content", "video", "videoid", "inhalt", "inhalte", "contenido", "conteúdo", "contenu", "contenuti", "contenuto", "contentvideo",
        "コンテンツ", "콘텐츠", "контент", "treść", "treści", "içerik", "konten", "vidéo", "vídeo", "動画", "동영상", "видео", "सामग्री", "कॉन्टेंट"],
        dimension(Dimension::Video)),
    (&["trafficsource", "trafficsourcetype", "zugriffsquelle", "besucherquelle", "fuentedetráfico", "origemdotráfego", "sourcedetrafic", "sourcedutrafic",
        "sorgenteditraffico", "verkeersbron", "トラフィックソース", "트래픽소스", "источниктрафика", "sumberkunjungan", "sumbertraffic"],
        dimension(Dimension::TrafficSource)),
    (&["sourcetitle", "sourcetype", "trafficsourcedetail", "externalsource", "youtubesearchterm"], dimension(Dimension::TrafficDetail)),
    (&["geography", "country", "geografie", "geografía", "geografia", "zonegéographique", "地域", "지역", "география", "geografi", "land"],
        dimension(Dimension::Country)),
    (&["devicetype", "device", "gerätetyp", "tipodedispositivo", "typedappareil", "tipodidispositivo", "apparaattype",
        "デバイスのタイプ", "デバイスの種類", "기기유형", "типустройства", "jenisperangkat"], dimension(Dimension::Device)),
    (&["operatingsystem", "betriebssystem", "sistemaoperativo", "sistemaoperacional", "systèmedexploitation", "besturingssysteem",
        "オペレーティングシステム", "운영체제", "операционнаясистема"], dimension(Dimension::OperatingSystem)),
    (&["playbacklocation", "wiedergabeort", "lugardereproducción", "localdereprodução", "lieudelecture", "再生場所", "재생위치"],
        dimension(Dimension::PlaybackLocation)),
    (&["viewerage", "agegroup", "alterderzuschauer", "edaddelosusuarios", "idadedoespectador", "âgedesspectateurs", "視聴者の年齢", "시청자연령"],
        dimension(Dimension::AgeGroup)),
    (&["viewergender", "gender", "geschlechtderzuschauer", "sexodelosusuarios", "gênerodoespectador", "視聴者の性別", "시청자성별"],
        dimension(Dimension::Gender)),
    (&["subscriptionstatus", "subscribedstatus", "abostatus", "estadodelasuscripción", "statusdainscrição", "登録状況", "チャンネル登録ステータス", "구독상태"],
        dimension(Dimension::SubscribedStatus)),
    (&["contenttype", "videotype", "inhaltstyp", "tipodecontenido", "tipodeconteúdo", "typedecontenu", "コンテンツタイプ", "콘텐츠유형"],
        dimension(Dimension::ContentType)),
    (&["cities", "city", "cityname", "playlist", "subtitlesandcc", "translationuse", "youtubeproduct", "sharingservice", "endscreenelement",
        "endscreenelementtype", "card", "cardtype", "playertype", "revenuesource", "adtype", "transactiontype", "newandreturningviewers",
        "audiencebywatchbehavior", "videoinfolanguage", "audiotrack", "audiotracks", "post", "posts", "subscriptionsource", "monetizedplaylist", "format"],
        dimension(Dimension::Other)),
    (&["views", "aufrufe", "visualizaciones", "vistas", "visualizações", "vues", "visualizzazioni", "weergaven", "視聴回数", "조회수",
        "просмотры", "wyświetlenia", "görüntülemeler", "görüntüleme", "penayangan", "xem", "व्यू"], metric(Metric::Views)),
    (&["engagedviews", "intentionalviews", "エンゲージビュー", "visualizacionesconinteracción", "visualizaçõesengajadas"], metric(Metric::EngagedViews)),
    (&["likes", "magichbewertungen", "magichangaben", "megusta", "gostei", "jaime", "mipiace", "likesadded", "高評価数", "高評価", "좋아요", "отметкинравится", "suka", "marcasgostei"],
        metric(Metric::Likes)),
    (&["dislikes", "nomegusta", "magichnichtbewertungen", "nãogostei", "jenaimepas", "低評価数", "低評価", "싫어요"], metric(Metric::Dislikes)),
    (&["commentsadded", "comments", "kommentare", "hinzugefügtekommentare", "comentarios", "comentariosañadidos", "comentáriosadicionados", "comentários", "commentaires", "commentairesajoutés",
        "commentiaggiunti", "reacties", "コメント", "コメント数", "追加されたコメント", "댓글"], metric(Metric::Comments)),
    (&["shares", "geteilteinhalte", "vecescompartido", "vecesquesehacompartido", "compartilhamentos", "partages", "condivisioni", "共有", "共有数", "공유"], metric(Metric::Shares)),
    (&["watchtime", "watchtimehours", "watchtimeminutes", "wiedergabezeit", "tiempodevisualización", "tiempodereproducción", "tempodeexibição", "duréedevisionnage",
        "tempodivisualizzazione", "kijktijd", "weergavetijd", "総再生時間", "再生時間", "시청시간", "времяпросмотра", "czasoglądania", "izlenmesüresi", "izlemesüresi", "waktutonton", "देखनेकासमय", "वॉचटाइम"],
        metric(Metric::WatchHours)),
    (&["averageviewduration", "durchschnittlichewiedergabedauer", "duraciónmediadelasvisualizaciones", "duraciónpromediodevistas", "duraciónpromediodelavista", "duraçãomédiadavisualização",
        "duréemoyennedevisionnage", "duréemoyennedunevue", "duratavisualizzazionemedia", "gemiddeldeweergaveduur", "平均視聴時間", "평균시청지속시간", "средняяпродолжительностьпросмотра", "durasitontonratarata"],
        metric(Metric::AverageViewDuration)),
    (&["averagepercentageviewed", "averageviewpercentage", "durchschnittlichewiedergabedauerinprozent", "porcentajemedioreproducido", "porcentajepromedioreproducido", "porcentagemmédiavisualizada",
        "pourcentagemoyenvisionné", "percentualevisualizzatamedia", "平均再生率", "平均視聴率", "평균조회율"], metric(Metric::AverageViewPercentage)),
    (&["subscribersgained", "gewonneneabonnenten", "suscriptoresganados", "suscriptoresobtenidos", "inscritosconquistados", "abonnésgagnés", "登録者増加数", "늘어난구독자수"], metric(Metric::SubscribersGained)),
    (&["subscriberslost", "verloreneabonnenten", "suscriptoresperdidos", "inscritosperdidos", "abonnésperdus", "登録者減少数", "줄어든구독자수"], metric(Metric::SubscribersLost)),
    (&["subscribers", "abonnenten", "suscriptores", "inscritos", "abonnés", "iscritti", "abonnees", "チャンネル登録者", "チャンネル登録者数", "登録者", "登録者数", "구독자", "구독자수", "подписчики",
        "subskrybenci", "aboneler", "abone", "subscriber"], metric(Metric::Subscribers)),
    (&["impressions", "thumbnailimpressions", "impressionen", "impresiones", "impressões", "impressioni", "vertoningen", "インプレッション数", "インプレッション", "노출수", "노출",
        "показы", "показызначков", "wyświetleniaminiatur", "gösterimler", "gösterim", "tayangan"], metric(Metric::Impressions)),
    (&["impressionsclickthroughrate", "thumbnailclickthroughrate", "impressionsctr", "impressionsclickthroughratepercent", "klickrate", "klickratederimpressionen", "klickrateimpressionen", "porcentajedeclicsdelasimpresiones", "tasadeclicsdelasimpresiones",
        "tasadeclicsdeimpresiones", "taxadecliquesdeimpressões", "tauxdeclicsparimpression", "tauxdeclicssurlesimpressions", "percentualediclicdelleimpressioni", "clickthroughratevanvertoningen", "doorklikpercentagevanvertoningen",
        "インプレッションのクリック率", "노출클릭률", "ctrпоказов", "ctrпоказовзначков", "ctrдляпоказов", "ctrдлязначковвидео", "współczynnikklikalnościwyświetleń", "gösterimtıklamaoranı", "rasiokliktayangtayangan"],
        metric(Metric::ClickThroughRate)),
    (&["uniqueviewers", "einzelnezuschauer", "espectadoresúnicos", "usuariosúnicos", "spectateursuniques", "spettatoriunici", "ユニーク視聴者数", "순시청자수"], metric(Metric::UniqueViewers)),
    (&["viewerpercentage"], metric(Metric::ViewerPercentage)),
    (&["yourestimatedrevenue", "estimatedrevenue", "estimatedpartnerrevenue", "geschätzterumsatz", "deingeschätzterumsatz", "ihrgeschätzterumsatz", "ingresosestimados", "tusingresosestimados", "receitaestimada", "suareceitaestimada",
        "revenusestimés", "vosrevenusestimés", "entratestimate", "推定収益", "예상수익", "расчетныйдоход", "ориентировочныйдоход"], metric(Metric::Revenue)),
    (&["youtubeadrevenue", "adrevenue", "estimatedadrevenue", "watchpageads"], metric(Metric::AdRevenue)),
    (&["cpm"], metric(Metric::Cpm)),
    (&["playbackbasedcpm"], metric(Metric::PlaybackBasedCpm)),
    (&["estimatedmonetizedplaybacks", "monetizedplaybacks"], metric(Metric::MonetizedPlaybacks)),
    (&["averageviewedpercentage", "averagepercentviewed"], metric(Metric::AverageViewPercentage)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<Column>) {
        assert_eq!(column(&Name::of(name)), expected, "{name}");
    }

    #[test]
    fn names_are_known_in_every_dress() {
        check("Watch time (hours)", Some(metric(Metric::WatchHours)));
        check("Watch_time (hours)", Some(metric(Metric::WatchHours)));
        check("Watch time (minutes)", Some(metric(Metric::WatchMinutes)));
        check(
            "Impres\u{ad}sions click-through rate (%)",
            Some(metric(Metric::ClickThroughRate)),
        );
        check(
            "Impressions_click-through_rate(%)",
            Some(metric(Metric::ClickThroughRate)),
        );
        check("Your estimated revenue (USD)", Some(metric(Metric::Revenue)));
        check("Likes (vs. dislikes) (%)", None);
        check("Wiedergabezeit (Stunden)", Some(metric(Metric::WatchHours)));
        check("視聴回数", Some(metric(Metric::Views)));
        check("Fuente de tráfico", Some(dimension(Dimension::TrafficSource)));
        check("RPM (USD)", None);
    }

    #[test]
    fn every_word_is_written_as_it_is_compared() {
        for (words, _) in COLUMNS {
            for word in words {
                assert!(*word == plain(word), "{word}");
            }
        }
    }
}
